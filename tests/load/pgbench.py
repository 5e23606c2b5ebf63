"""What PostgreSQL alone can do: pgbench with the statements that one application makes in the database.

They are taken from the server's own log while one application is filed. What makes a row unique is replaced by fresh
values at each run; the rest, ciphertexts and all, stays as it was sent. One more statement, the first, makes the fresh
values, so the figure is a little lower than what the statements alone would give.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import uuid4

import asyncpg

from shared.testing.postgres import programs
from shlyuz.state import RegionState

_ENTRY = re.compile(r"^(?P<database>\S+) (?P<pid>\d+) (?P<kind>[A-Z]+):  (?P<text>.*)$")
_PARAMETER = re.compile(r"\$(\d+) = ('(?:[^']|'')*'|NULL)")
_UUID = re.compile(r"'([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})'")
_JSON = re.compile(r"E'(?:[^'\\]|''|\\.)*'")
_INNER_UUID = re.compile(r'"id"\\x3a "([0-9a-f-]{36})"')
_HASH = re.compile(r"'(\\x[0-9a-f]{64})'")
SLOTS = 120_000


@dataclass(slots=True)
class Statement:
    pid: str
    sql: str
    literals: dict[int, str]

    def bound(self) -> str:
        """Put the literals where their numbers are, on one line as a script wants it."""
        return re.sub(r"\$(\d+)", lambda found: self.literals[int(found[1])], " ".join(self.sql.split()))


class Log:
    """Switches the statement log on while something happens, and reads what it says."""

    def __init__(self, region: RegionState) -> None:
        self._region, self._file = region, region.home / "postgres" / "postgres.log"

    async def __aenter__(self) -> Self:
        await self._set({"log_statement": "'all'", "log_line_prefix": "'%d %p '"})
        self._start = self._file.stat().st_size
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._set({"log_statement": "default", "log_line_prefix": "default"})

    async def _set(self, values: dict[str, str]) -> None:
        connection = await asyncpg.connect(self._region.admin_url)
        for name, value in values.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()
        await asyncio.sleep(0.5)

    def statements(self, database: str) -> list[Statement]:
        with self._file.open("rb") as file:
            file.seek(self._start)
            text = file.read().decode()
        return list(_statements(text, database))


def _statements(text: str, database: str) -> Iterator[Statement]:
    current: Statement | None = None
    for kind, pid, entry in _entries(text, database):
        if kind == "DETAIL" and current is not None and current.pid == pid:
            current.literals = {int(number): _literal(value) for number, value in _PARAMETER.findall(entry)}
            continue
        if current is not None:
            yield current
        prefix, _, sql = entry.partition(": ")
        current = Statement(pid, sql, {}) if kind == "LOG" and prefix.startswith(("execute", "statement")) else None
    if current is not None:
        yield current


def _literal(value: str) -> str:
    """Hide colons in a literal: pgbench looks for variables inside of them too."""
    if ":" not in value:
        return value
    return "E" + value.replace("\\", "\\\\").replace(":", "\\x3a")


def _entries(text: str, database: str) -> Iterator[tuple[str, str, str]]:
    found: list[list[str]] = []
    for line in text.splitlines():
        if match := _ENTRY.match(line):
            found.append([match["database"], match["kind"], match["pid"], match["text"]])
        elif found:
            found[-1][3] += "\n" + line
    return ((kind, pid, entry) for name, kind, pid, entry in found if name == database)


def transaction(statements: list[Statement], mark: str) -> list[str]:
    """Give the transaction in which the marked statement stands, from its begin to its commit."""
    at = next(index for index, each in enumerate(statements) if mark in each.sql)
    own = [each for each in statements if each.pid == statements[at].pid]
    at = own.index(statements[at])
    begin = max(index for index in range(at) if own[index].sql.upper().startswith("BEGIN"))
    end = next(index for index in range(at, len(own)) if own[index].sql.upper().startswith("COMMIT"))
    return [each.bound().rstrip(";") for each in own[begin : end + 1]]


def script(statements: list[str], slot: str) -> str:
    """Make the transaction repeatable: fresh ids and hashes, one of a thousand citizens, the next free slot."""
    body = ";\n".join(statements) + ";\n"
    person = next(_HASH.search(each)[1] for each in statements if "INTO person_keys" in each)  # type: ignore[index]
    fresh = {f"'{slot}'": ":slot", f"'{person}'": ":person"}
    ids = dict.fromkeys(each for each in _UUID.findall(body) if each != slot)
    hashes = dict.fromkeys(each for each in _HASH.findall(body) if each != person)
    made = ["(SELECT id FROM bench_slots WHERE n = (SELECT nextval('bench_slot'))) AS slot"]
    made.append("sha256(('citizen' || :citizen)::bytea) AS person")
    for number, each in enumerate(ids):
        fresh[f"'{each}'"] = f":id{number}"
        made.append(f"gen_random_uuid() AS id{number}")
    for number, each in enumerate(hashes):
        fresh[f"'{each}'"] = f":hash{number}"
        made.append(f"sha256(gen_random_uuid()::text::bytea) AS hash{number}")
    for old, new in fresh.items():
        body = body.replace(old, new)
    body = _JSON.sub(_with_fresh_ids, body)
    return "\\set citizen random(1, 1000)\nSELECT " + ", ".join(made) + " \\gset\n" + body


def _with_fresh_ids(literal: re.Match[str]) -> str:
    """Change the ids by which the outbox knows its events, inside the JSON that brings its rows."""
    text = literal[0]
    for each in _INNER_UUID.findall(literal[0]):
        text = f"replace({text}, '{each}', gen_random_uuid()::text)"
    return text


async def many_slots(region: RegionState, slot: str) -> None:
    """Make free slots at the very time of one that exists, each with a doctor of its own."""
    connection = await asyncpg.connect(region.owner_urls["booking"].replace("+asyncpg", ""))
    provider, starts_at, ends_at = await connection.fetchrow(
        "SELECT provider, starts_at, ends_at FROM slots WHERE id = $1", slot
    )
    doctors = [uuid4() for _ in range(SLOTS)]
    await connection.copy_records_to_table(
        "doctors",
        columns=["id", "provider", "surname", "given_name", "specialty", "room", "created_at"],
        records=((each, provider, "Жүктеме", "Сынақ", "therapist", "1", starts_at) for each in doctors),
    )
    slots = [uuid4() for _ in doctors]
    await connection.copy_records_to_table(
        "slots",
        columns=["id", "provider", "doctor", "starts_at", "ends_at"],
        records=((each, provider, doctor, starts_at, ends_at) for each, doctor in zip(slots, doctors, strict=True)),
    )
    await connection.execute(
        "CREATE TABLE bench_slots (n bigint PRIMARY KEY, id uuid NOT NULL); CREATE SEQUENCE bench_slot;"
        "GRANT SELECT ON bench_slots TO booking; GRANT USAGE ON bench_slot TO booking"
    )
    await connection.copy_records_to_table("bench_slots", records=enumerate(slots, 1), columns=["n", "id"])
    await connection.execute("VACUUM ANALYZE slots; ")
    await connection.close()


async def run(region: RegionState, file: Path, *, seconds: int, clients: int) -> float:
    """Run pgbench as booking-svc's own role; gives transactions a second."""
    url = region.database_urls["booking"].replace("+asyncpg", "")
    command = [programs() / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds)]
    process = await asyncio.create_subprocess_exec(
        *command, "-f", file, url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    found = re.search(r"tps = ([\d.]+)", out.decode())
    if process.returncode != 0 or found is None:
        raise SystemExit(f"pgbench: {err.decode()[-2000:]}")
    return round(float(found[1]), 1)
