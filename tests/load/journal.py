"""A journal of a million rows, exported through the gateway: rows a second, and the memory of the processes.

The rows are of persons who came that day, sealed under their keys; each part of the export writes who was looked at.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import day
import httpx
import orjson
import psutil

from certificate.settings import Settings
from shared.applications.records import context
from shared.db import new_id
from shared.personal import Person
from shared.web.platform import open_platform
from shlyuz import layout
from shlyuz.demo.world import World
from shlyuz.running.home import Home
from shlyuz.running.keys import personal_key
from shlyuz.state import RegionState

YEAR = 2025
"""One in which nothing else was entered."""
PERSONS = 60
_PART = 10_000
_MEBIBYTE = 1 << 20
NOW = datetime.now(UTC)
_ROWS = """
    SELECT application, person, provider, journal, volume FROM journal_rows
    WHERE (provider, journal) = (SELECT provider, journal FROM journal_rows
                                 GROUP BY 1, 2 ORDER BY count(*) DESC, 2 LIMIT 1)
"""
_WATCHED = ("gateway-web", "certificate-web")


async def measure(region: RegionState, *, rows: int, clients: int) -> dict[str, Any]:
    """Let people come, fill the journal with rows of theirs, and read it whole as CSV."""
    await day.measure(region, visits=PERSONS, clients=clients)
    journal = await _fill(region, rows)
    async with httpx.AsyncClient(base_url=region.url, timeout=600, trust_env=False) as http:
        keeper = await World.at(http, region.home).at_work(journal["provider"], "journal_keeper")
        path = f"/api/v1/journals/{journal['journal']}.csv"
        asked = {"volume": journal["volume"], "year": YEAR}
        headers = {"Authorization": f"Bearer {keeper.api.token}"}
        watched = {name: psutil.Process(region.processes[name]) for name in _WATCHED}
        base = {name: process.memory_info().rss for name, process in watched.items()}
        peak, lines, size, began = dict(base), 0, 0, time.perf_counter()
        async with http.stream("GET", path, params=asked, headers=headers) as answer:
            answer.raise_for_status()
            async for part in answer.aiter_bytes():
                lines, size = lines + part.count(b"\r\n"), size + len(part)
                peak = {name: max(peak[name], process.memory_info().rss) for name, process in watched.items()}
        took = time.perf_counter() - began
    if lines != rows + 1:
        raise ValueError(f"the export has {lines} lines, not {rows + 1}")
    return {
        "rows": rows,
        "per_s": round(rows / took),
        "seconds": round(took, 1),
        "mebibytes": round(size / _MEBIBYTE),
        "grown_mib": {name: round((peak[name] - base[name]) / _MEBIBYTE) for name in _WATCHED},
        "peak_mib": {name: round(peak[name] / _MEBIBYTE) for name in _WATCHED},
    }


async def _fill(region: RegionState, rows: int) -> Mapping[str, Any]:
    """Add rows of earlier visitors to the longest journal; gives that journal."""
    settings = Settings(
        env="development", database_url=region.database_urls["certificate"], regulations=layout.regulations(),
        personal_key=personal_key(Home.at(region.home), "certificate"),
    )  # fmt: skip
    database = await asyncpg.connect(region.owner_urls["certificate"].replace("+asyncpg", ""))
    try:
        known = await database.fetch(_ROWS)
        async with open_platform("certificate", settings) as platform, platform.database.transaction() as session:
            persons = await platform.need_persons().get_many(session, [row["person"] for row in known])
        for first in range(1, rows + 1, _PART):
            numbers = range(first, min(first + _PART, rows + 1))
            await database.copy_records_to_table(
                "journal_rows", records=_records(known, persons, numbers), columns=[*_COLUMNS]
            )
        await database.execute("VACUUM ANALYZE journal_rows", timeout=600)
    finally:
        await database.close()
    return dict(known[0])


_COLUMNS = (
    "id", "provider", "journal", "volume", "year", "number", "application", "person", "content", "digest", "at",
)  # fmt: skip


def _records(known: list[Any], persons: Mapping[UUID, Person], numbers: range) -> Iterator[tuple[Any, ...]]:
    for number in numbers:
        row, id_ = known[number % len(known)], new_id()
        words = {"surname": f"Келушіова {number}", "given_name": "Сынақ", "age": 36, "address": "Абай көшесі, 12"}
        content = persons[row["person"]].seal(context("journal_rows", "content", id_), orjson.dumps(words))
        yield (id_, row["provider"], row["journal"], row["volume"], YEAR, number, row["application"], row["person"],
               content, b"\0" * 32, NOW)  # fmt: skip


def table(found: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Write rows of name, figure and note."""
    grown = ", ".join(
        f"{name} {found['peak_mib'][name]} MiB at most ({found['grown_mib'][name]} more)" for name in _WATCHED
    )
    note = f"{found['rows']:,} rows as CSV in {found['seconds']} s; {grown}"
    return [("journal export", f"{found['per_s']:,} rows/s", note)]
