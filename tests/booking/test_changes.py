"""Another time or none, inside booking-svc: the cut-off to the minute, and what a refused change leaves."""

import base64
import json
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from shared.pki.expectation import Expectation
from shared.pki.signing import sign
from shared.procedure import load
from shlyuz import layout

CUT_OFF = timedelta(hours=2)


@pytest.fixture
async def filed(booking, named):
    """An application of zhambyl for a time in some weeks, and a later one that is free."""
    await booking.open_monday()
    *_, first, other = await booking.free()
    fields = {"slot": named(first), "complaint": "Бас ауырады", "phone": "+77011234567"}
    receipt = (await booking.file(booking.citizen(), "zhambyl", fields)).json()
    return receipt, first, other


@pytest.fixture
def change(booking):
    """Send a signed change, as the gateway forwards it; `edition` is that of the form."""

    async def send(application, purpose, fields=None, edition=None):
        by = booking.citizen()
        document = json.dumps(
            {
                "purpose": purpose, "audience": "shlyuz", "request_id": str(uuid4()), "application": application,
                "applicant": {"iin": by.actor.iin}, "fields": fields or {}, "form_token": "t",
            }
        ).encode()  # fmt: skip
        cms = sign(document, by.holder.key, at=booking.clock.now(), detached=True)
        form = edition or load(layout.regulations()).edition("zhambyl", "booking", booking.clock.now().date()).id
        seen = {**booking.evidence(document, cms, Expectation.citizen()), "form": {"edition": form}}
        body = {"document": _base64(document), "signature": _base64(cms), "evidence": seen}
        return await booking.post(f"/applications/{application}/{purpose}", by, body)

    return send


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def until(booking, slot, before: timedelta) -> timedelta:
    return datetime.fromisoformat(slot["starts_at"]) - before - booking.clock.now()


class TestTheCutOff:
    @pytest.mark.parametrize("purpose", ["reschedule", "withdrawal"])
    async def test_binds_from_two_hours_before(self, booking, filed, change, named, later, purpose):
        """Ours: the decrees say nothing of a change."""
        receipt, first, other = filed
        fields = {"slot": named(other)} if purpose == "reschedule" else {}
        later(seconds=until(booking, first, CUT_OFF).total_seconds())
        answer = await change(receipt["id"], purpose, fields)
        assert (answer.status_code, answer.json()["code"]) == (409, "cut-off-passed")
        said = datetime.fromisoformat(answer.json()["cut_off_at"])
        assert said == datetime.fromisoformat(first["starts_at"]) - CUT_OFF
        (held,) = await booking.rows("SELECT starts_at FROM slots WHERE application IS NOT NULL")
        assert held.starts_at == datetime.fromisoformat(first["starts_at"])

    @pytest.mark.parametrize("purpose", ["reschedule", "withdrawal"])
    async def test_leaves_the_moment_before(self, booking, filed, change, named, later, purpose):
        receipt, first, other = filed
        fields = {"slot": named(other)} if purpose == "reschedule" else {}
        later(seconds=until(booking, first, CUT_OFF).total_seconds() - 1)
        answer = await change(receipt["id"], purpose, fields)
        assert answer.status_code == 200, answer.text


class TestAReschedule:
    async def test_asks_the_fields_again_that_the_regulation_marks_and_no_others(self, filed, change, named):
        receipt, _, other = filed
        for fields in ({}, {"slot": named(other), "complaint": "Басқа"}):
            answer = await change(receipt["id"], "reschedule", fields)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    async def test_tells_the_workstation(self, booking, filed, change, named):
        receipt, _, other = filed
        answer = await change(receipt["id"], "reschedule", {"slot": named(other)})
        assert answer.status_code == 200, answer.text
        rows = await booking.rows("SELECT type FROM outbox ORDER BY seq")
        assert [row.type.split(".")[3] for row in rows][-2:] == ["rescheduled", "step-opened"]

    async def test_is_refused_on_the_form_of_another_regulation(self, filed, change, named):
        receipt, _, other = filed
        akmola = load(layout.regulations()).edition("akmola", "booking", date(2026, 4, 1)).id
        answer = await change(receipt["id"], "reschedule", {"slot": named(other)}, edition=akmola)
        assert (answer.status_code, answer.json()["code"]) == (409, "edition-changed")
