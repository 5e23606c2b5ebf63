"""No value of an anonymous walk leads to anything outside it, but region, provider, service, staff and date.

A hundred people come both ways, in an order that is shuffled at the window and again at every step; some go to the end,
some are refused, others have come as far as some step. Then every table, topic, log line and metric is read, and every
value of an anonymous walk is looked for outside of it.
"""

import asyncio
import logging
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import orjson
import pytest
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import text
from tests.shared.events.conftest import working

from lab.samples.codes import new_sample_code, printed
from shared.applications.chaining import Chainer, verify_chain
from shared.events.creating import ensure_topics
from shared.events.relay import Relay
from shared.events.tables import LANES
from shared.events.topics import application_topic, dead_letter_topic
from shared.testing.messages import all_messages

ZONE = ZoneInfo("Asia/Almaty")
PEOPLE = 100  # each both ways
ANONYMOUS, CONFIDENTIAL = "anonymous", "confidential"
FAR = (5, 0, 1, 2, 3, 4, 1, 0, 1, 0)
"""How many steps of the five ten visits go in turn; 0 is refused at the window."""
TO_THE_END = (5, 5, 5, 5, 5, 5, 5, 5, 5, 0)
"""As many as carry all out, with the refused that fill the tables of refusals."""
OWNERS = {
    "applications": "id", "tasks": "application", "history": "application", "signed_documents": "application",
    "drafts": "application", "notices": "application", "results": "application", "journal_rows": "application",
    "access_records": "application", "samples": "application", "slips": "application", "person_keys": "id",
    "outbox": "key", "chain_links": "row_id", "sample_refusals": "code", "answers": "body",
}  # fmt: skip
"""By which column a row belongs to a walk; rows of every other table belong to none."""
_SHARED = {
    # of the law, the provider and the staff
    "region", "service", "provider", "provider_bin", "edition", "channel", "variant", "performer", "step",
    "organisation", "actor", "actor_kind", "actor_bin", "actor_roles", "account", "claimed_by", "completed_by",
    "opened_by", "prepared_by", "laboratory", "topic", "journal", "volume", "key_name", "scope", "min_acr",
    "filed_by", "limit",
    # of what kind a row is, and how far a walk has come
    "type", "kind", "source", "state", "status", "action", "outcome", "ground", "process", "why", "media_type",
    "trace", "title", "starts", "start",
}  # fmt: skip
_LONGEST_WORD = 5
"""A shorter text is a word of a program, not a value by which anything is found."""


@dataclass(kw_only=True)
class Way:
    """Somebody's visit: how he comes, how far he goes, and what he has come to."""

    variant: str
    far: int
    tube: str = field(default_factory=lambda: printed(new_sample_code()))
    case: UUID | None = None
    slip: str | None = None


class Ticking:
    """A clock that never tells the same instant twice, as no real one does."""

    def __init__(self, clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        self._clock.advance(timedelta(seconds=1))
        return self._clock.now()


class Course:
    """Carries visits out step by step, each step of all of them in an order of its own."""

    def __init__(self, lab, far: tuple[int, ...]) -> None:
        self._lab = lab
        self._order = random.Random(20260406)  # an order, no secret
        self.ways = [
            Way(variant=variant, far=far[number % len(far)])
            for variant in (ANONYMOUS, CONFIDENTIAL)
            for number in range(PEOPLE)
        ]

    async def run(self) -> None:
        for way in self._shuffled(self.ways):
            self._lab.later(seconds=1)
            visit = await (self._lab.unnamed() if way.variant == ANONYMOUS else self._lab.visit())
            way.case, way.slip = UUID(visit.json()["id"].removeprefix("lab-")), visit.json().get("slip")
        performers = (
            ("responsible_employee", "sent"), ("procedure_room_employee", "sample-taken"),
            ("laboratory_employee", "negative"), ("management", "formalised"), ("responsible_employee", "handed-over"),
        )  # fmt: skip
        for place, (role, outcome) in enumerate(performers, 1):
            for way in self._shuffled(each for each in self.ways if each.far >= place):
                await self._step(way, role, outcome)
            await self._lab.seal(Ticking(self._lab.clock))
        for way in self._shuffled(each for each in self.ways if each.far == 0):
            await self._step(way, "responsible_employee", "refused", ground="documents-missing")

    def _shuffled(self, ways) -> list[Way]:
        chosen = list(ways)
        self._order.shuffle(chosen)
        return chosen

    async def _step(self, way: Way, role: str, outcome: str, **more) -> None:
        lab = self._lab
        lab.later(seconds=1)
        if outcome == "negative":
            for _ in range(2):  # the second time it is refused
                await lab.receive(way.tube)
        if outcome == "handed-over" and way.slip:
            lab.later(seconds=7)  # ten tries a minute
            assert (await lab.open_slip(way.slip)).status_code == 200
        query = "SELECT id FROM tasks WHERE application = :id AND state = 'open'"
        ((task,),) = await lab.rows(query, id=way.case)
        named = {"id": f"lab-{task.hex}"}
        assert (await lab.post(f"/tasks/{named['id']}/claim", lab.staff(role))).status_code == 200
        data = {"sample_code": way.tube} if outcome in {"sample-taken", "negative"} else {}
        prepared = await lab.prepare(role, named, outcome, data=data, **more)
        assert prepared.status_code == 200, prepared.text
        done = await lab.complete(role, named, prepared.json(), key=uuid4().hex)
        assert done.status_code == 200, done.text


class Everything:
    """Every row and message, by the walk that it belongs to, if any."""

    def __init__(self) -> None:
        self.rows: list[tuple[UUID | None, str, dict]] = []

    @classmethod
    async def read(cls, lab, ways, kafka: str) -> "Everything":
        found, cases = cls(), {each.case for each in ways}
        by_person = {row.patient: row.id for row in await lab.rows("SELECT id, patient FROM applications")}
        by_name = {
            **{each.tube.replace("-", ""): each.case for each in ways},
            **{f"lab-{row.id.hex}": row.application for row in await lab.rows("SELECT id, application FROM tasks")},
            **{f"lab-{each.case.hex}": each.case for each in ways},
        }
        by_row = {}
        tables = await lab.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        for table in sorted((row.tablename for row in tables), key=lambda name: name == "chain_links"):
            for row in await lab.rows(f"SELECT * FROM {table}"):  # noqa: S608  # ours
                values = dict(row._mapping)
                owner = values.get(OWNERS.get(table, ""))
                if table == "answers":
                    owner = next((by_name.get(name) for name in re.findall(r"lab-[0-9a-f]{32}", owner.decode())), None)
                owner = by_person.get(owner, by_name.get(owner, by_row.get(owner, owner)))
                if "id" in values:
                    by_row[values["id"]] = owner
                found.rows.append((owner if owner in cases else None, table, values))
        told_of = (each for each in await all_messages(kafka) if each.topic == application_topic("lab"))
        for message in told_of:
            headers = {name: value.decode() for name, value in message.headers if not name.endswith(("type", "source"))}
            at = datetime.fromtimestamp(message.timestamp / 1000, UTC)
            told = {**headers, "key": message.key.decode(), "data": orjson.loads(message.value), "timestamp": at}
            found.rows.append((by_name.get(told["key"]), "message", told))
        return found

    def values(self) -> Iterator[tuple[UUID | None, str, object]]:
        """Give each value with the walk it is of, and where it stands."""
        for owner, table, row in self.rows:
            for name, value in row.items():
                for leaf, each in _leaves(name, value):
                    yield owner, f"{table}.{leaf}", each

    def leading_out(self, walks: set[UUID]) -> set[tuple[str, str]]:
        """Name where a value of one of the walks stands, and where it stands outside of it."""
        places: dict[object, dict[UUID | None, str]] = {}
        for owner, place, value in self.values():
            places.setdefault(value, {}).setdefault(owner, place)
        return {
            (place, other)
            for value, found in places.items()
            if not is_date(value)
            for owner, place in found.items()
            if owner in walks
            for somebody, other in found.items()
            if somebody != owner
        }


def _leaves(name, value) -> Iterator[tuple[str, object]]:
    """Take apart what is JSON; leave out what is shared, is a word, or only counts."""
    if name in _SHARED or value is None or isinstance(value, bool | int | float):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(name, inner)
    elif isinstance(value, str):
        if len(value) > _LONGEST_WORD:
            yield name, _read(value)
    elif value != b"":
        yield name, value


def _read(value: str) -> object:
    """Read an id or an instant that is written as text, so that it is found however it is written."""
    try:
        return UUID(value.removeprefix("lab-"))
    except ValueError:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value


def is_date(value) -> bool:
    """Tell whether an instant says its date alone: a day's beginning, or when the provider closes.

    What was signed keeps its place within the case as microseconds.
    """
    if not isinstance(value, datetime):
        return False
    local = value.astimezone(ZONE)
    times = {(at.hour, at.minute, at.second, at.microsecond // 100) for at in (value.astimezone(UTC), local)}
    return (0, 0, 0, 0) in times or (local.hour, local.minute, local.second) == (18, 0, 0)


class TestAHundredPeopleWhoComeBothWays:
    @pytest.mark.parametrize(
        "far", [FAR, pytest.param(TO_THE_END, marks=pytest.mark.large)], ids=["to-every-step", "to-the-end"]
    )
    async def test_leave_nothing_that_leads_from_an_anonymous_walk_to_anything_else(self, lab, kafka, caplog, far):
        caplog.set_level(logging.INFO)
        course = Course(lab, far)
        await course.run()
        await Chainer(lab.platform.database, lab.clock, days=True).run_once()
        await _relayed(lab, kafka)
        found = await Everything.read(lab, course.ways, kafka)
        anonymous = {each.case for each in course.ways if each.variant == ANONYMOUS}
        ended = {each.case for each in course.ways if each.variant == ANONYMOUS and each.far in {0, 5}}
        assert {table for owner, table, _ in found.rows if owner in ended} == {*OWNERS, "message"} - {"drafts"}
        assert found.leading_out(anonymous) == set()
        self._check_what_has_ended(found, ended)
        self._check_what_is_told(found, anonymous, caplog)
        self._check_that_a_link_is_found(found, course, anonymous)

    def _check_what_has_ended(self, found, ended) -> None:
        """A date alone, and no id that tells a time."""
        values = [(place, value) for owner, place, value in found.values() if owner in ended]
        assert {place for place, value in values if isinstance(value, datetime) and not is_date(value)} == set()
        assert {place for place, value in values if isinstance(value, UUID) and value.version != 4} == set()

    def _check_what_is_told(self, found, anonymous, caplog) -> None:
        """Logs and metrics have no value of any walk."""
        lines = [str(vars(record)) for record in caplog.records if record.name != "httpx"]  # which is the test itself
        assert len(lines) > PEOPLE
        words = set(re.findall(r"[0-9A-Za-z-]{6,}", "\n".join(lines) + generate_latest(REGISTRY).decode()))
        told = {_read(word) for word in words}
        values = {value: place for owner, place, value in found.values() if owner in anonymous}
        assert {values[each] for each in told & set(values)} == set()

    def _check_that_a_link_is_found(self, found, course, anonymous) -> None:
        """One value of each kind, laid where it does not belong."""
        named = next(each for each in course.ways if each.variant == CONFIDENTIAL)
        row = next(row for owner, table, row in found.rows if owner == named.case and table == "history")
        for planted in ({"request_id": str(row["id"])}, {"at": datetime(2026, 4, 6, 5, 1, 2, tzinfo=UTC)}):
            found.rows += [(named.case, "planted", planted), (next(iter(anonymous)), "planted", planted)]
            assert found.leading_out(anonymous) != set()
            del found.rows[-2:]


async def _relayed(lab, kafka) -> None:
    """Have every event sent to the broker."""
    await ensure_topics(kafka, {application_topic("lab"): 3, dead_letter_topic("lab"): 1})
    async with lab.owner.transaction() as session:
        await session.execute(text("INSERT INTO outbox_lanes SELECT generate_series(0, :last)"), {"last": LANES - 1})
    settings = lab.platform.settings.model_copy(update={"kafka": kafka})
    async with working(Relay("lab", lab.platform.database, settings)), asyncio.timeout(300):
        while await lab.rows("SELECT id FROM outbox WHERE sent_at IS NULL LIMIT 1"):
            await asyncio.sleep(0.2)


class TestAnAnonymousWalk:
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
        assert all(is_date(row[0]) for row in await lab.rows("SELECT chained_at FROM chain_links"))
