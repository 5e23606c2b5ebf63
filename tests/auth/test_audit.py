"""The trail: append-only, numbered, chained."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from auth.audit.chaining import chain, first_broken_link


@pytest.fixture
async def trail(auth, make_iin):
    """Some records, all of them linked."""
    for _ in range(3):
        await auth.log_in(make_iin(), "мүлде басқа сөз")
    while await chain(auth.platform.database):
        continue
    return auth.platform.database


class TestTrail:
    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM audit_records",
            "UPDATE audit_records SET at = at",
            "TRUNCATE audit_records",
            "DELETE FROM audit_links",
            "UPDATE audit_links SET number = number",
            "DELETE FROM registration_proofs",
            "UPDATE registration_proofs SET proven_at = proven_at",
        ],
    )
    async def test_can_only_grow(self, auth, statement):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with auth.platform.database.transaction() as session:
                await session.execute(text(statement))

    async def test_is_chained_whole(self, trail, auth):
        [counts] = await auth.rows(
            "SELECT (SELECT count(*) FROM audit_records) AS records, (SELECT count(*) FROM audit_links) AS links"
        )
        assert counts["records"] == counts["links"]
        assert await first_broken_link(trail) is None

    async def test_is_chained_further_by_the_next_turn(self, trail, auth, make_iin):
        await auth.register(make_iin())
        assert await chain(trail) == 1
        assert await chain(trail) == 0
        assert await first_broken_link(trail) is None

    async def test_shows_a_record_that_was_changed(self, trail, auth):
        [last] = await auth.rows("SELECT max(position) AS position, max(number) AS number FROM audit_links")
        change = "UPDATE audit_records SET facts = facts || CAST(:facts AS jsonb) WHERE number = :number"
        async with auth.owner.transaction() as session:
            await session.execute(text(change), {"facts": '{"why": "locked"}', "number": last["number"]})
        assert await first_broken_link(trail) == last["position"]
        async with auth.owner.transaction() as session:
            await session.execute(text(change), {"facts": '{"why": "unknown-account"}', "number": last["number"]})
        assert await first_broken_link(trail) is None

    async def test_holds_no_number_of_a_person(self, auth, make_iin):
        iin = make_iin()
        await auth.log_in(iin, "мүлде басқа сөз")
        [record] = await auth.rows("SELECT audit_records::text AS line FROM audit_records ORDER BY number DESC LIMIT 1")
        assert iin not in record["line"]
        assert "192.0.2.7" not in record["line"]
