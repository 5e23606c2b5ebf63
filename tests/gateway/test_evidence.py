"""GET /applications/{id}/evidence: what the gateway gives is checked off-line, with nothing but the root."""

import json

import pytest
from sqlalchemy import text

from shared.pki.codes import Code
from shared.pki.evidence import verify_application
from shared.pki.trust import Anchor, Trust


@pytest.fixture
def anchors(region):
    return Trust(anchors=tuple(Anchor(certificate=one.certificate) for one in region.ca.trust().anchors))


@pytest.fixture
async def filed(citizen):
    return (await citizen.file()).json()["id"]


class TestEvidence:
    async def test_is_checked_by_who_knows_only_the_root(self, citizen, filed, anchors):
        answer = await citizen.ask("GET", f"/applications/{filed}/evidence")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"] == 'attachment; filename="evidence.json"'
        (item,) = verify_application(answer.content, anchors)
        assert (item.kind, item.result.agrees, item.result.now.code) == ("application", True, Code.VALID)
        assert item.result.now.signer.iin == citizen.iin
        assert item.result.now.evidence == item.result.recorded.evidence

    async def test_holds_every_list_once(self, citizen, filed, region):
        told = (await citizen.ask("GET", f"/applications/{filed}/evidence")).json()
        named = {used["sha256"] for item in told["items"] for used in item["verdict"]["evidence"]["revocation"]}
        assert set(told["revocation"]) == named
        async with region.database.transaction() as session:
            kept = text("SELECT count(*) FROM revocation_lists WHERE sha256 = ANY(:named)")
            assert (await session.execute(kept, {"named": list(named)})).scalar_one() == len(named)

    async def test_says_whose_signature_was_expected(self, citizen, filed):
        (item,) = (await citizen.ask("GET", f"/applications/{filed}/evidence")).json()["items"]
        assert (item["expectation"]["kind"], item["expectation"]["iin"]) == ("citizen", citizen.iin)

    async def test_outlives_the_list_that_was_used(self, citizen, filed, region, anchors):
        """A newer list takes the old one's place in the index, and nobody may delete the old one."""
        region.ca.revoke((await region.citizen()).holder.certificate, at=region.now())
        await region.fetch_lists()
        answer = await citizen.ask("GET", f"/applications/{filed}/evidence")
        assert verify_application(answer.content, anchors)[0].result.agrees
        async with region.database.transaction() as session:
            with pytest.raises(Exception, match="permission denied"):
                await session.execute(text("DELETE FROM revocation_lists"))

    async def test_does_not_agree_when_a_word_was_changed(self, citizen, filed, anchors):
        told = (await citizen.ask("GET", f"/applications/{filed}/evidence")).json()
        told["items"][0]["verdict"]["signer"]["surname"] = "БАСҚА"
        assert not verify_application(json.dumps(told).encode(), anchors)[0].result.agrees

    async def test_is_for_its_owner_alone(self, region, filed, problem):
        other = await region.citizen()
        problem(await other.ask("GET", f"/applications/{filed}/evidence"), 404, "not-found")
        problem(await region.ask("GET", f"/applications/{filed}/evidence"), 401, "access-token-missing")
        problem(await other.ask("GET", "/applications/xyz-1/evidence"), 404, "not-found")
