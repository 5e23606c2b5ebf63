"""No value of an anonymous walk leads to a row outside it, but region, provider, service, staff and date.

People go both ways, in an order that is shuffled; then every table is read, and every value of one side is looked for
on the other.
"""

import random
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.applications.chaining import Chainer, verify_chain
from shared.events.tables import outbox

ZONE = ZoneInfo("Asia/Almaty")
PEOPLE = 2  # each both ways
OWNERS = {
    "applications": "id", "tasks": "application", "history": "application", "signed_documents": "application",
    "drafts": "application", "notices": "application", "results": "application", "journal_rows": "application",
    "access_records": "application", "samples": "application", "slips": "application", "outbox": "key",
    "person_keys": "id", "chain_links": "row_id",
}  # fmt: skip
_SHARED_COLUMNS = {
    # of the law, the provider and the staff
    "region",
    "service",
    "provider",
    "edition",
    "channel",
    "performer",
    "step",
    "organisation",
    "actor",
    "actor_bin",
    "actor_roles",
    "account",
    "completed_by",
    "laboratory",
    "topic",
    "type",
    "kind",
    "source",
    "journal",
    "volume",
    "key_name",
    # of how far a case has come, the same for all that came as far
    "state",
    "status",
    "version",
    "action",
    "outcome",
    "ground",
    "round",
    "process",
    "min_acr",
    "filed_by",
    "urgent",
    "published",
    "judged",
    "tries",
    "year",
    "actor_kind",
    "lane",
    "due",
    "annulled_for",
    # lists of revocation, the same for all signatures of a day
    "revocation",
    "procedure",
    "data",
}


async def everything(lab):
    """Read each table, by the application that a row is of; rows of none are `None`."""
    ((ids,),) = await lab.rows("SELECT jsonb_object_agg(patient, id) FROM applications")
    found = {}
    for table, owner in OWNERS.items():
        for row in await lab.rows(f"SELECT * FROM {table}"):  # noqa: S608  # ours
            value = row._mapping[owner]
            if table == "outbox":
                value = UUID(value.removeprefix("lab-"))
            if table == "person_keys":
                value = UUID(ids[str(value)])
            if table == "chain_links":
                continue
            found.setdefault(value, []).append((table, dict(row._mapping)))
    return found


def values(rows):
    """Give what could be looked for elsewhere: no value of a shared column, and no date without a time."""
    for table, row in rows:
        for name, value in row.items():
            if name in _SHARED_COLUMNS or value is None or isinstance(value, bool):
                continue
            if isinstance(value, int) and name in {"number", "seq"}:
                continue  # counted; equal only to the same number elsewhere
            yield (table, name), value.astimezone(ZONE) if isinstance(value, datetime) else value


def is_day(value) -> bool:
    """Tell whether it is a date alone; what was signed keeps its place in microseconds."""
    return (
        isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond // 100) == (0,) * 4
    )


async def both_ways(lab):
    """Let people come in shuffled order; gives the applications of the anonymous walks."""
    order = [way for way in ("anonymous", "confidential") for _ in range(PEOPLE)]
    random.Random(20260406).shuffle(order)  # an order, no secret
    anonymous = set()
    for way in order:
        visit = await (lab.unnamed() if way == "anonymous" else lab.visit())
        receipt = await lab.walk(visit)
        await lab.carry_out("responsible_employee", "handed-over")
        lab.later(seconds=37)
        if way == "anonymous":
            anonymous.add(UUID(receipt["id"].removeprefix("lab-")))
    return anonymous


def dated(rows):
    """Name columns of an anonymous walk that hold more than a date."""
    return {
        f"{table}.{name}"
        for (table, name), value in values(rows)
        if isinstance(value, datetime) and not is_day(value) and (table, name) not in _OF_THE_BROKER
    }


def timed_ids(rows):
    """Name columns whose ids tell a time."""
    return {
        f"{table}.{name}" for (table, name), value in values(rows) if isinstance(value, UUID) and value.version != 4
    }


def leading_out(rows, walk):
    """Name columns with a value that stands in a row outside the walk too."""
    others = {repr(value) for each, theirs in rows.items() if each != walk for _, value in values(theirs)}
    found = (item for item in values(rows[walk]) if not is_day(item[1]))
    return {f"{table}.{name}" for (table, name), value in found if repr(value) in others}


class TestAnAnonymousWalk:
    async def test_leads_nowhere_else(self, lab):
        """Dates alone from the first where nothing can be changed, and everywhere when the case is closed."""
        anonymous = await both_ways(lab)
        rows = await everything(lab)
        assert anonymous < set(rows)
        for walk in anonymous:
            assert leading_out(rows, walk) == set()
            assert dated(rows[walk]) == set()
            assert timed_ids(rows[walk]) == set()

    async def test_is_chained_like_any_other(self, lab):
        lab.clock.set(datetime.now(UTC))  # the database dates other rows itself
        chainer = Chainer(lab.platform.database, lab.clock, days=True)
        for visit in (lab.visit, lab.unnamed):
            await visit()
            await lab.carry_out("responsible_employee", "sent")
            assert await chainer.run_once() > 0
            await lab.carry_out("procedure_room_employee", "refused", ground="sample-not-possible")
            assert await chainer.run_once() > 0
        async with lab.owner.transaction() as session:
            assert await verify_chain(session) is None
        missing = "SELECT id FROM history h WHERE NOT EXISTS (SELECT FROM chain_links c WHERE c.row_id = h.id)"
        assert await lab.rows(missing) == []
        assert {is_day(row[0].astimezone(UTC)) for row in await lab.rows("SELECT chained_at FROM chain_links")} == {
            True
        }


_OF_THE_BROKER = {(outbox.name, "sent_at")}
"""When a relay sent an event: removed with it after a week."""
