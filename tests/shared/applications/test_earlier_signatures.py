"""Whoever signs signs over everything so far: what earlier performers signed must hold when he is given it."""

import base64
import json
from datetime import timedelta
from hashlib import sha256

import pytest

from shared.applications.forms import StepRecord, read_document
from shared.testing.identities import bin_

REFUSED = (409, "earlier-signature-refused")


@pytest.fixture
async def examined(world):
    """An application that waits for the head; the doctor has signed."""
    filed = await world.file(world.citizen())
    assert filed.status_code == 201, filed.text
    await world.check()
    assert (await world.sign_step("doctor", "examined", data={"conclusion": "fit"})).status_code == 200
    return await world.task("head")


def told(answer):
    return answer.status_code, answer.json().get("code")


class TestEarlierSignatures:
    async def test_are_covered_by_what_is_signed_next(self, world, examined):
        prepared = await world.prepare("head", examined, "refused", ground="documents-wrong")
        record = read_document(StepRecord, base64.b64decode(prepared.json()["document"]))
        (before,) = await world.rows("SELECT sha256 FROM signed_documents WHERE kind = 'step-record'")
        assert record.previous_sha256 == before.sha256.hex()
        assert len(record.content_sha256) == 64

    async def test_are_refused_when_the_certificate_was_revoked_before(self, world, examined, later):
        """Learnt between the steps: the list that says so came after the doctor had signed."""
        signed_at = world.clock.now()
        later(minutes=5)
        world.authority.revoke(world.staff("doctor").holder.certificate, at=signed_at - timedelta(minutes=1))
        try:
            assert told(await world.prepare("head", examined, "approved")) == REFUSED
        finally:
            world.authority.release(world.staff("doctor").holder.certificate)

    async def test_hold_when_it_was_revoked_afterwards(self, world, examined, later):
        signed_at = world.clock.now()
        later(minutes=5)
        world.authority.revoke(world.staff("doctor").holder.certificate, at=signed_at + timedelta(minutes=1))
        try:
            assert (await world.prepare("head", examined, "approved")).status_code == 200
        finally:
            world.authority.release(world.staff("doctor").holder.certificate)

    @pytest.mark.parametrize("earlier", [None, [], [{"sha256": "0" * 64, "good": True}]])
    async def test_are_not_passed_over_unjudged(self, world, examined, earlier):
        step = {"outcome": "approved", "data": {}, **({} if earlier is None else {"earlier": earlier})}
        answer = await world.post(f"/tasks/{examined['id']}/prepare", world.staff("head"), step)
        assert told(answer) == (409, "earlier-signatures-unjudged")

    async def test_hold_only_if_all_that_is_said_of_them_is_good(self, world, examined):
        (one,) = await world.judged("head", examined)
        step = {"outcome": "approved", "data": {}, "earlier": [{**one, "good": False}, one]}
        answer = await world.post(f"/tasks/{examined['id']}/prepare", world.staff("head"), step)
        assert told(answer) == REFUSED

    async def test_are_refused_when_what_was_registered_has_changed(self, world, examined):
        (row,) = await world.rows("SELECT id FROM applications")
        async with world.database.transaction() as session:
            case = await _opened(world, session, row.id)
        sealed = case.person.seal_json(f"applications.content:{row.id.hex}", {**case.content, "name": "БАСҚА"})
        await world.execute(f"UPDATE applications SET content = '\\x{sealed.hex()}'")  # noqa: S608  # our own bytes
        assert told(await world.prepare("head", examined, "approved")) == REFUSED

    async def test_are_refused_where_a_record_does_not_say_what_was_registered(self, world, examined):
        (row,) = await world.rows("SELECT id, application, content FROM signed_documents WHERE kind = 'step-record'")
        async with world.database.transaction() as session:
            case = await _opened(world, session, row.application)
        place = f"signed_documents.content:{row.id.hex}"
        content = case.person.open_json(place, row.content)
        record = json.loads(base64.b64decode(content["document"]))
        del record["content_sha256"]
        silent = json.dumps(record).encode()
        sealed = case.person.seal_json(place, {**content, "document": base64.b64encode(silent).decode()})
        await world.execute(
            f"UPDATE signed_documents SET content = '\\x{sealed.hex()}', sha256 = '\\x{sha256(silent).hexdigest()}' "  # noqa: S608  # as above
            "WHERE kind = 'step-record'"
        )
        assert told(await world.prepare("head", examined, "approved")) == REFUSED

    @pytest.mark.parametrize("changed", [{"bin": bin_(number=8)}, {"roles": ["1.2.398.3.3.4.1.1"]}])
    async def test_are_refused_when_the_signer_had_no_part_in_the_step(self, world, examined, changed):
        (row,) = await world.rows("SELECT id, application, content FROM signed_documents WHERE kind = 'step-record'")
        async with world.database.transaction() as session:
            case = await _opened(world, session, row.application)
        place = f"signed_documents.content:{row.id.hex}"
        content = case.person.open_json(place, row.content)
        content["evidence"]["verdict"]["signer"].update(changed)
        sealed = case.person.seal_json(place, content)
        await world.execute(f"UPDATE signed_documents SET content = '\\x{sealed.hex()}' WHERE kind = 'step-record'")  # noqa: S608  # as above
        assert told(await world.prepare("head", examined, "approved")) == REFUSED

    async def test_are_for_the_steps_performer_to_have_judged(self, world, examined):
        path = f"/internal/tasks/{examined['id']}/signatures"
        assert (await world.get(path, world.staff("clerk"))).status_code == 403
        assert (await world.get(path, world.staff("head", bin_=bin_(number=2)))).status_code == 404


async def _opened(world, session, application):
    from shared.applications.records import open_case

    return await open_case(session, world.office, application)
