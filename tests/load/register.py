"""The population register alone: how fast a file is taken over, and how long a look-up takes among two million.

It makes a PostgreSQL of its own. The first persons come by the import, as an operator's file would; the others are
copies of one of them under keys of their own, made by the database, since nothing but their number matters.
"""

import csv
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.districts import repository as districts
from attachment.districts.models import Houses
from attachment.importing.reading import COLUMNS
from attachment.importing.service import Import
from attachment.register import repository
from attachment.register.service import Register
from shared.applications.access_log import record_access
from shared.applications.providers.repository import keep
from shared.db import Database
from shared.personal import Iin, Keyring, Persons
from shared.testing.databases import fresh_database
from shared.testing.identities import bin_, iin
from shared.testing.postgres import postgres_server
from shared.web import Actor

# Copies fit by construction: neither foreign keys nor the exclusion of overlaps are asked, and no look-up uses them.
_UNASKED = (
    "SET LOCAL session_replication_role = replica",
    "ALTER TABLE enrolments DROP CONSTRAINT IF EXISTS enrolments_overlap",
)
_COPY = """
    WITH key AS (SELECT * FROM person_keys LIMIT 1), person AS (SELECT * FROM persons LIMIT 1),
    enrolment AS (SELECT * FROM enrolments LIMIT 1),
    keys AS (
        INSERT INTO person_keys (id, lookup, key_name, wrapped)
        SELECT gen_random_uuid(), sha256(convert_to('lookup ' || n, 'UTF8')), key.key_name, key.wrapped
        FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n, key
        RETURNING id, lookup
    ),
    persons AS (
        INSERT INTO persons (id, name_key, content, state, changed_at)
        SELECT keys.id, sha256('name ' || keys.lookup), person.content, 'present', now() FROM keys, person
    )
    INSERT INTO enrolments (id, person, provider, district, started_on, created_at)
    SELECT gen_random_uuid(), keys.id, enrolment.provider, enrolment.district, enrolment.started_on, now()
    FROM keys, enrolment
"""
_PART = 250_000
PROVIDER = bin_(number=1)
NOW = datetime.now(UTC)
REGISTRAR = Actor(
    kind="staff", account_id="registrar", session_id="s", iin="", acr="certificate", bin=PROVIDER,
    roles=frozenset({"medical_registrar"}), name="Тіркеуші",
)  # fmt: skip


def people() -> Iterator[dict[str, str]]:
    for n in count():
        born = date(1940, 1, 1) + timedelta(days=n % 29_000)
        yield {
            "iin": iin(birth=born, number=1 + n // 29_000), "surname": "Тізімбекова", "given_name": "Сынақ",
            "patronymic": "Жүктемеқызы", "birth_date": str(born), "sex": "female", "locality": "Тараз",
            "street": "Абай көшесі", "house": str(1 + n % 200), "flat": str(n % 90), "phone": "+77011234567",
            "language": "kk", "provider": PROVIDER, "attached_on": "2020-01-01",
        }  # fmt: skip


async def measure(*, imported: int = 50_000, persons: int = 2_000_000, looks: int = 2_000) -> dict[str, Any]:
    """Import, multiply, look up; the import's rate, and milliseconds by kind of look-up."""
    with TemporaryDirectory() as folder:
        async with (
            postgres_server(Path(folder) / "postgres") as server,
            fresh_database(server.admin_url, "attachment") as made,
        ):
            database = Database(made.url)
            superuser = f"{server.admin_url.rpartition('/')[0]}/{made.url.rpartition('/')[2]}"
            owner = Database(superuser, statement_timeout=timedelta(minutes=10))
            keys = Persons(Keyring.generate(), service="attachment")
            await prepare(database)
            found = await take_over(database, keys, Path(folder), imported)
            copies = await multiply(owner, persons - imported)
            found |= {"persons": persons, "looks": await look(database, keys, imported, copies, looks)}
            await database.close()
            await owner.close()
    return found


async def prepare(database: Database) -> None:
    week = {day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    names = {"kk": "Емхана", "ru": "Поликлиника"}
    provider = {
        "bin": PROVIDER, "region": "zhambyl", "names": names, "address": names, "zone": "Asia/Almaty",
        "opening_hours": {"week": week}, "services": ["attachment"], "active": True, "version": 1,
    }  # fmt: skip
    async with database.transaction() as session:
        await keep(session, provider)
        for number in range(1, 201):  # a district of a hundred streets each, and the one where all live
            district = await districts.add(session, PROVIDER, str(number), NOW)
            streets = [f"{number}-{street}" for street in range(100)] + (["Абай"] if number == 1 else [])
            houses = [Houses(locality="Тараз", street=each, side="all", first="1", last="300") for each in streets]
            await districts.fill(session, district, "zhambyl", houses)


async def take_over(database: Database, keys: Persons, folder: Path, rows: int) -> dict[str, Any]:
    file = folder / "population.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        writer.writerows(row for row, _ in zip(people(), range(rows), strict=False))
    started, worked = perf_counter(), process_time()
    progress = await Import(database=database, persons=keys, now=NOW).take(file, folder / "report.csv")
    spent, worked = perf_counter() - started, process_time() - worked
    if progress.taken != rows:
        raise SystemExit(f"only {progress.taken} of {rows} rows were taken")
    return {"imported": rows, "import_per_s": round(rows / spent), "import_work_s": round(worked, 1)}


async def multiply(owner: Database, wanted: int) -> int:
    done = 0
    while done < wanted:
        last = min(done + _PART, wanted)
        async with owner.transaction() as session:
            for statement in _UNASKED:
                await session.execute(text(statement))
            await session.execute(text(_COPY), {"first": done, "last": last - 1})
        done = last
    async with owner.transaction() as session:
        await session.execute(text("ANALYZE"))
    return done


async def look(
    database: Database, keys: Persons, imported: int, copies: int, looks: int
) -> dict[str, dict[str, float]]:
    chosen = random.Random(1)
    known = [row for row, _ in zip(people(), range(imported), strict=False)]

    async def statement(session: AsyncSession) -> None:
        key = sha256(f"lookup {chosen.randrange(copies)}".encode()).digest()
        assert len(await repository.by_iin(session, key)) == 1

    async def by_name_statement(session: AsyncSession) -> None:
        lookup = sha256(f"lookup {chosen.randrange(copies)}".encode()).digest()
        key = sha256(b"name " + lookup).digest()
        assert len(await repository.by_name(session, key, 20)) == 1

    async def whole(session: AsyncSession) -> None:
        found = await Register(session=session, persons=keys).by_iin(Iin(chosen.choice(known)["iin"]))
        assert found is not None
        await record_access(session, REGISTRAR, "register-looked-up", [(found.person, None)], at=NOW)

    async def whole_by_name(session: AsyncSession) -> None:
        row = chosen.choice(known)
        born = date.fromisoformat(row["birth_date"])
        found = await Register(session=session, persons=keys).by_name(row["surname"], row["given_name"], None, born)
        assert found
        seen = [(each.person, None) for each in found]
        await record_access(session, REGISTRAR, "register-looked-up", seen, at=NOW)

    cases = {
        "statement by IIN": statement, "statement by name and birth date": by_name_statement,
        "whole look-up by IIN, opened and recorded": whole,
        "whole look-up by name, opened and recorded": whole_by_name,
    }  # fmt: skip
    return {name: await timed(database, deed, looks) for name, deed in cases.items()}


async def timed(database: Database, deed: Callable[[AsyncSession], Awaitable[None]], times: int) -> dict[str, float]:
    spent = []
    for _ in range(times):
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))  # the transaction is open: what is measured is the look-up
            started = perf_counter()
            await deed(session)
            spent.append(1000 * (perf_counter() - started))
    spent.sort()
    return {f"p{cut}_ms": round(spent[len(spent) * cut // 100], 2) for cut in (50, 95, 99)}


def table(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Write rows of name, figure and note."""
    rows = [("register, import", f"{found['import_per_s']} /s", f"{found['imported']:,} rows of a file")]
    for number, (name, took) in enumerate(found["looks"].items()):
        head = f"register, {found['persons']:,}" if number == 0 else ""
        rows.append((head, f"{took['p50_ms']} ms", f"p50; p95 {took['p95_ms']} ms; {name}"))
    return rows
