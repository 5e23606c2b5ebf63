"""Each bad value in a request that is otherwise sound: form tokens, slots, uploads, another person's objects.

Read as `test_bad_input.py`: what is sent, the status, the code, and that nothing is half done.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from gateway.forms.tokens import Form, FormTokens, read_keys
from shlyuz.demo.booking import first_free
from shlyuz.running.home import Home
from shlyuz.running.keys import form_key

NOTHING, NOTICE = Counter[str](), Counter({"gateway.notices": 1})


def table(names, rows):
    """Test each row of a table, which is named by what it is about."""
    return pytest.mark.parametrize(names, list(rows.values()), ids=list(rows))


def post(portal, content, media_type="application/json", path="/applications"):
    return lambda: portal.api.request("POST", path, content=content, headers={"Content-Type": media_type})


def given(purpose="application", service="zhambyl.booking", age=timedelta(0)):
    """A token made with the region's own key."""

    def token(town, edition):
        tokens = FormTokens(read_keys(form_key(Home(town.region.home))), lifetime=timedelta(hours=24))
        form = Form(purpose=purpose, service=service, edition=edition)
        return tokens.give(form, now=datetime.now(UTC) - age).token

    return token


def forged(town, edition):
    token = given()(town, edition)
    return token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")


class TestAFormToken:
    @table(
        ("token", "code"),
        {
            "expired": (given(age=timedelta(hours=24, seconds=2)), "form-token-expired"),
            "forged": (forged, "form-token-forged"),
            "no token": (lambda *_: "x", "form-token-forged"),
            "for a withdrawal": (given(purpose="withdrawal"), "form-token-for-another-purpose"),
            "for a registration": (given(purpose="registration", service=None), "form-token-for-another-purpose"),
            "for another service": (given(service="akmola.booking"), "form-token-for-another-service"),
        },
    )
    async def test_that_is_not_for_this_form_and_now_is_refused(self, town, citizen, refuses, token, code):
        edition = (await citizen.form("zhambyl.booking"))["edition"]
        signed = citizen.sign(await town.document(citizen, form_token=token(town, edition)))
        await refuses(citizen, lambda: citizen.apply(signed), 422, code)

    async def test_a_day_old_but_for_a_minute_is_taken(self, town, citizen):
        edition = (await citizen.form("zhambyl.booking"))["edition"]
        token = given(age=timedelta(hours=23, minutes=59))(town, edition)
        assert (await town.file(citizen, form_token=token))["number"]


class TestASlot:
    async def _refused(self, town, citizen, refuses, slot, status, code, **changed):
        fields = {"slot": slot, "phone": "+77011234567"}
        signed = citizen.sign(await town.document(citizen, fields=fields, **changed))
        return await refuses(citizen, lambda: citizen.apply(signed), status, code)

    async def test_that_is_taken_is_refused_with_the_next_free_ones(self, town, citizen, refuses):
        slot = (await town.file(await town.citizen()))["appointment"]
        named = {"id": slot["slot_id"], "starts_at": slot["starts_at"]}
        said = await self._refused(town, citizen, refuses, named, 409, "slot-taken")
        assert said["next_free"]
        free = {"id": said["next_free"][0]["id"], "starts_at": said["next_free"][0]["starts_at"]}
        receipt = await town.file(citizen, fields={"slot": free, "phone": "+77011234567"})
        assert receipt["appointment"]["slot_id"] == free["id"]

    async def test_in_the_past_is_refused(self, town, citizen, refuses):
        (gone,) = await town.ask_database(
            "booking",
            "UPDATE slots SET starts_at = starts_at - interval '90 days', ends_at = ends_at - interval '90 days'"
            " WHERE id = (SELECT id FROM slots WHERE provider = $1 AND application IS NULL AND withdrawn_at IS NULL"
            " ORDER BY starts_at DESC LIMIT 1) RETURNING id, starts_at",
            town.world.provider("zhambyl")["bin"],
        )
        named = {"id": f"bkg-{gone['id'].hex}", "starts_at": gone["starts_at"].isoformat()}
        said = await self._refused(town, citizen, refuses, named, 409, "slot-in-the-past")
        assert said["next_free"]

    async def test_outside_the_schedule_is_refused(self, town, citizen, refuses):
        provider = town.world.people["providers"][-1]["bin"]
        doctor, slot = await first_free(citizen.api, provider)
        administrator = await town.workstation("zhambyl", "administrator", provider=provider)
        path = f"/admin/doctors/{doctor['id']}/schedule"
        saturday = {"weekday": 5, "opens": "10:00", "closes": "12:00", "slot_minutes": 30}
        today = datetime.now(UTC).date().isoformat()
        await administrator.api.request("PUT", path, json={"valid_from": today, "receptions": [saturday]})
        said = await self._refused(town, citizen, refuses, slot, 409, "slot-outside-schedule", provider=provider)
        assert said["next_free"]

    async def test_of_another_provider_is_refused(self, town, citizen, refuses):
        _, slot = await first_free(citizen.api, town.world.provider("akmola")["bin"])
        await self._refused(town, citizen, refuses, slot, 422, "slot-of-another-provider")

    async def test_at_another_time_than_the_signed_one_is_refused(self, town, citizen, refuses):
        _, slot = await first_free(citizen.api, town.world.provider("zhambyl")["bin"])
        later = datetime.fromisoformat(slot["starts_at"]) + timedelta(minutes=5)
        said = slot | {"starts_at": later.isoformat()}
        await self._refused(town, citizen, refuses, said, 422, "slot-time-mismatch")

    async def test_that_nobody_knows_is_refused(self, town, citizen, refuses):
        _, slot = await first_free(citizen.api, town.world.provider("zhambyl")["bin"])
        unknown = slot | {"id": "bkg-01a2018514dd7373a1a01daa01cc558d"}
        await self._refused(town, citizen, refuses, unknown, 422, "slot-unknown")


PDF = b"%PDF-1.7\n%%EOF\n"


class TestAnUpload:
    @table(
        ("content", "media_type", "status", "code"),
        {
            "a GIF": (b"GIF89a", "image/gif", 415, "unsupported-media-type"),
            "a page": (b"<html></html>", "text/html", 415, "unsupported-media-type"),
            "too large": (b"%PDF-1.7\n" + b"0" * (5 * 1024 * 1024), "application/pdf", 413, "body-too-large"),
            "no PNG": (b"this is no picture", "image/png", 422, "document-not-genuine"),
            "a PNG called PDF": (b"\x89PNG\r\n\x1a\n", "application/pdf", 422, "document-not-genuine"),
            "empty": (b"", "application/pdf", 400, "empty-body"),
        },
    )
    async def test_of_the_wrong_kind_or_size_is_refused(self, town, refuses, content, media_type, status, code):
        someone = await town.citizen("akmola")
        path = "/documents?service=akmola.booking"
        await refuses(someone, post(someone, content, media_type, path), status, code)

    async def test_for_a_form_without_documents_is_refused(self, citizen, refuses):
        send = post(citizen, PDF, "application/pdf", "/documents?service=zhambyl.booking")
        await refuses(citizen, send, 422, "documents-not-taken")


@pytest.fixture(scope="module")
async def theirs(town):
    """An issued application of akmola with its document, and another of zhambyl with an open task."""
    applicant = await town.citizen("akmola")
    receipt = await town.file(applicant, "akmola")
    shown = await applicant.api.get(f"/applications/{receipt['id']}")
    workstation = await town.workstation("akmola")
    return {
        "application": receipt["id"],
        "document": shown["documents"][0]["id"],
        "task": (await workstation.task_of(receipt["id"]))["id"],
    }


class TestAnotherPersonsObject:
    @pytest.mark.parametrize(
        "path",
        [
            "/applications/{application}",
            "/applications/{application}/history",
            "/applications/{application}/result",
            "/applications/{application}/evidence",
            "/documents/{document}",
        ],
    )
    async def test_is_not_found_by_a_citizen(self, town, theirs, refuses, path):
        stranger = await town.citizen("akmola")
        await refuses(stranger, lambda: stranger.api.get(path.format(**theirs)), 404, "not-found")

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "/tasks/{task}", None),
            ("GET", "/tasks/{task}/documents/{document}", None),
            ("POST", "/tasks/{task}/claim", {}),
            ("POST", "/tasks/{task}/release", {}),
            ("POST", "/tasks/{task}/prepare", {"outcome": "time-given"}),
            ("POST", "/tasks/{task}/complete", {"outcome": "time-given"}),
        ],
    )
    async def test_is_not_found_by_staff_of_another_provider(self, town, theirs, refuses, method, path, body):
        workstation = await town.workstation("zhambyl")
        options = {} if body is None else {"json": body}
        send = lambda: workstation.api.request(method, path.format(**theirs), **options)  # noqa: E731 - sent thrice
        await refuses(workstation, send, 404, "not-found")

    async def test_cannot_be_used_for_an_application(self, town, theirs, refuses):
        stranger = await town.citizen("akmola")
        named = [{"id": theirs["document"], "sha256": "0" * 64}]
        signed = stranger.sign(await town.document(stranger, "akmola", documents=named))
        await refuses(stranger, lambda: stranger.apply(signed), 422, "document-not-usable")
