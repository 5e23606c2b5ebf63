"""What the region itself says, read once everything has come to rest: databases, topics, workstation events."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from shared.events.topics import APPLICATION_TOPICS, OWNERS
from shlyuz.state import RegionState

REST_WITHIN = 600.0
PREFIXES = {"attachment": "att", "booking": "bkg", "certificate": "crt", "lab": "lab"}
_WAITING = (
    "SELECT count(*) FROM outbox WHERE sent_at IS NULL",
    "SELECT count(*) FROM results WHERE state = 'signed'",
)
_TABLES = {
    "applications": "SELECT id, number, state, version, filed_by FROM applications",
    "tasks": "SELECT id, application, state, outcome FROM tasks",
    "history": "SELECT application, version, state FROM history ORDER BY application, version",
    "results": "SELECT application, state, code FROM results",
    "journal_rows": "SELECT provider, journal, volume, year, number, application, corrects FROM journal_rows",
    "journal_counters": "SELECT provider, journal, volume, year, last FROM journal_counters",
    "outbox": "SELECT id, key, type, seq, sent_at FROM outbox ORDER BY seq",
}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Rows of all owning services, with the ids written as clients know them."""

    applications: list[Row]
    tasks: list[Row]
    history: list[Row]
    results: list[Row]
    journal_rows: list[Row]
    journal_counters: list[Row]
    outbox: list[Row]
    slots: list[Row]
    told_workstations: list[Row]
    topics: dict[str, list[str]]
    """Ids of events by the application that they are about, in the order of the topic, repeats included."""

    def events(self) -> dict[str, list[str]]:
        """Ids of events by application, in the order in which they happened."""
        found = defaultdict(list)
        for row in self.outbox:
            found[row["key"]].append(str(row["id"]))
        return dict(found)


async def read(region: RegionState) -> Books:
    """Wait until nothing is on its way any more, and read everything."""
    await _rest(region)
    tables: dict[str, list[Row]] = {name: [] for name in _TABLES}
    for owner in OWNERS:
        for name, statement in _TABLES.items():
            rows = await ask(region, owner, statement)
            tables[name] += [_public(row, PREFIXES[owner]) for row in rows]
    tables["outbox"] = [row for row in tables["outbox"] if ".application." in row["type"]]
    slots = await ask(region, "booking", "SELECT id, application FROM slots WHERE application IS NOT NULL")
    told = await _told_workstations(region, {str(row["id"]) for row in tables["outbox"]})
    topics = await _topics(region, {str(row["id"]) for row in tables["outbox"]})
    return Books(**tables, slots=[_public(row, "bkg") for row in slots], told_workstations=told, topics=topics)


async def ask(region: RegionState, service: str, statement: str) -> list[Row]:
    connection = await asyncpg.connect(region.owner_urls[service].replace("+asyncpg", ""))
    try:
        return [dict(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def _rest(region: RegionState) -> None:
    """Wait until every event is sent and every result sealed."""
    async with asyncio.timeout(REST_WITHIN):
        while [1 for owner in OWNERS for each in _WAITING if (await ask(region, owner, each))[0]["count"]]:
            await asyncio.sleep(0.2)


async def _told_workstations(region: RegionState, wanted: set[str]) -> list[Row]:
    """Wait until the gateway has all events, and give what it has for workstations, by number."""
    statement = "SELECT provider, number, data FROM workstation_events ORDER BY provider, number"
    deadline = monotonic() + REST_WITHIN
    while True:
        rows = [{**row, "data": json.loads(row["data"])} for row in await ask(region, "gateway", statement)]
        if wanted <= {row["data"]["event_id"] for row in rows} or monotonic() > deadline:
            return rows
        await asyncio.sleep(0.5)


async def _topics(region: RegionState, wanted: set[str]) -> dict[str, list[str]]:
    """Read the topics from their beginning, until every event has come and no more do."""
    found, seen, deadline = defaultdict(list), set[str](), monotonic() + REST_WITHIN
    consumer = AIOKafkaConsumer(
        *APPLICATION_TOPICS, bootstrap_servers=region.kafka, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    try:
        while batches := await consumer.getmany(timeout_ms=3000) or (not wanted <= seen and monotonic() < deadline):
            for record in _records(batches):
                headers = dict(record.headers)
                found[record.key.decode()].append(headers["ce_id"].decode())
                seen.add(headers["ce_id"].decode())
    finally:
        await consumer.stop()
    return dict(found)


def _records(batches: Any) -> Iterable[Any]:
    return [] if batches is True else [record for records in batches.values() for record in records]


def _public(row: Row, prefix: str) -> Row:
    ids = {"id", "application"} if "seq" not in row else set()
    return {
        name: f"{prefix}-{value.hex}" if name in ids and value is not None else value for name, value in row.items()
    }
