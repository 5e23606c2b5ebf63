"""A journal of 100 000 rows as CSV: the memory of a part, however long the volume is."""

import asyncio
import sys
import time
from datetime import date
from uuid import UUID

import orjson
import psutil
import pytest
from sqlalchemy import text

from shared.applications.records import context
from shared.db import new_id
from shared.personal import Iin
from shared.testing.identities import iin

ROWS = 100_000
MEBIBYTE = 1 << 20
_INSERT = text("""
    INSERT INTO journal_rows (id, provider, journal, volume, year, number, application, person, at, content, digest)
    SELECT x.id, :provider, 'fitness-register', 'attachment', 2026, x.number, :application, :person, now(), x.content,
           '\\x00'
    FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS integer[]), CAST(:contents AS bytea[])) AS x(id, number, content)
""")


@pytest.fixture
async def long_volume(world):
    filed = await world.file(world.citizen())
    application = world.office.parse(filed.json()["id"])
    provider, own = world.staff("clerk").actor.bin, Iin.parse(iin(birth=date(1990, 1, 1), number=7), allow_test=True)
    async with world.owner.transaction() as session:
        person = await world.office.persons.ensure(session, own)
    for first in range(1, ROWS, 10_000):
        numbers = range(first, first + 10_000)
        ids = [new_id() for _ in numbers]
        values = {"provider": provider, "application": application, "person": person.id, "ids": ids}
        values |= {
            "numbers": list(numbers),
            "contents": [_sealed(person, *row) for row in zip(ids, numbers, strict=True)],
        }
        async with world.owner.transaction() as session:
            await session.execute(_INSERT, values)
    return world


def _sealed(person, id_: UUID, number: int) -> bytes:
    row = {"surname": f"СЕРІКҚЫЗЫ {number}", "age": 36, "purpose": "жұмысқа орналасу үшін"}
    return person.seal(context("journal_rows", "content", id_), orjson.dumps(row))


@pytest.mark.io
@pytest.mark.large
class TestALongJournal:
    async def test_takes_the_memory_of_a_part(self, long_volume):
        keeper = long_volume.staff("journal_keeper")
        path, cursor, lines, peak = "/journals/fitness-register.csv", "", 0, 0
        process, began, base = psutil.Process(), time.perf_counter(), 0
        while cursor is not None:
            answer = await long_volume.get(f"{path}?cursor={cursor}" if cursor else path, keeper)
            assert answer.status_code == 200, answer.text
            lines += answer.text.count("\r\n")
            cursor = answer.headers.get("x-next-cursor")
            memory = process.memory_info().rss
            base = memory if lines <= 5_001 else base  # warm: the first parts fill pools and caches
            peak = max(peak, memory)
            await asyncio.sleep(0)
        seconds = time.perf_counter() - began
        sys.stdout.write(f"{lines / seconds:.0f} rows a second, {(peak - base) / MEBIBYTE:.1f} MiB more\n")
        assert lines == ROWS + 1
        assert peak - base < 24 * MEBIBYTE
