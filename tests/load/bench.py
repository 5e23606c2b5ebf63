"""`make bench`: measures a region of its own on this machine, prints a table and writes build/bench.json.

Figures of different machines or runs say little beside each other; the ratios within one run do.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import applications
import condition2
import day
import journal
import pgbench
import reading
import register
import results
from population import signed_applications

from shlyuz.running.region import running_region
from shlyuz.state import RegionState

LIMITS = {
    "SHLYUZ_LIMIT_ADDRESS": "10000000/minute",
    "SHLYUZ_LIMIT_ACCOUNT": "10000000/minute",
    "SHLYUZ_LIMIT_LOGIN_ADDRESS": "10000000/minute",
    "SHLYUZ_LIMIT_LOGIN_ACCOUNT": "10000000/minute",
    "SHLYUZ_LIMIT_REGISTER_ADDRESS": "10000000/minute",
}
"""All requests come from one address here."""
CHEAP_PASSWORDS = {"SHLYUZ_PASSWORD_MEMORY_KIB": "8192", "SHLYUZ_PASSWORD_ROUNDS": "1"}
"""A thousand logins before the measurement; none in it."""


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="shlyuz-bench-") as folder:
        async with running_region(Path(folder) / "region", settings=LIMITS | CHEAP_PASSWORDS) as region:
            load = await applications.measure(
                region, citizens=options.citizens, clients=options.clients, seconds=options.seconds
            )
            half = float(load["per_s"]) / 2
            looks = await reading.measure(region, citizens=options.citizens, per_s=half, seconds=options.seconds)
            alone = await _pgbench(region, options)  # last, since it gives one provider more doctors than any has
    load["ratio"] = round(float(load["per_s"]) / alone, 3)
    settings = LIMITS | CHEAP_PASSWORDS
    return {"signed_applications": load, "pgbench": {"per_s": alone}, "reading": looks, "settings": settings}


async def _pgbench(region: RegionState, options: argparse.Namespace) -> float:
    """File one application, see its statements, and let pgbench repeat them."""
    first, second = await signed_applications(region, 1, 2)
    await applications.send(region, first)  # statements are prepared, caches are warm
    async with pgbench.Log(region) as log:
        await applications.send(region, second)
    own = pgbench.transaction(log.statements("booking"), "INSERT INTO applications")
    slot = str(UUID(json.loads(second.document)["fields"]["slot"]["id"].partition("-")[2]))
    file = Path("build") / "application.sql"
    file.write_text(pgbench.script(own, slot))
    await pgbench.many_slots(region, slot)
    return await pgbench.run(region, file, seconds=options.pgbench_seconds, clients=options.clients)


def table(found: dict[str, Any]) -> str:
    load, alone = found["signed_applications"], found["pgbench"]
    rows = [
        ("signed applications", f"{load['per_s']} /s", f"p50 {load['p50_ms']} ms, p95 {load['p95_ms']} ms"),
        ("", f"{load['rows']} rows", f"in {load['seconds']} s, other answers: {load['not_201'] or 'none'}"),
        ("", f"{load['stolen']:.1%}" if load["stolen"] is not None else "?", "of the processors taken by the host"),
        ("pgbench, same statements", f"{alone['per_s']} /s", f"ratio {load['ratio']}"),
    ]
    return lines([*rows, *reading.table(found["reading"])])


def lines(rows: Sequence[tuple[str, str, str]]) -> str:
    return "\n".join(f"{name:28}{figure:>14}   {note}" for name, figure, note in rows)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--pgbench-seconds", type=int, default=30)
    parser.add_argument("--citizens", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--only", choices=_SECTIONS, help="measure one section; the file keeps the others' figures")
    parser.add_argument("--persons", type=int, default=2_000_000, help="in the register")
    parser.add_argument("--visits", type=int, default=200, help="of the provider's day; a large one has 2,000")
    parser.add_argument("--windows", type=int, default=8, help="visitors served at once")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the journal")
    options = parser.parse_args()
    Path("build").mkdir(exist_ok=True)
    for section in (options.only,) if options.only else _SECTIONS:
        found, said = _SECTIONS[section](options)
        keep(found)
        say(said)


def _applications(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    settings = (f"{name}={value}" for name, value in (LIMITS | CHEAP_PASSWORDS).items())
    say("raised for the load: " + ", ".join(settings))
    found = asyncio.run(measure(options))
    return found, table(found)


def _condition2(_options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    with tempfile.TemporaryDirectory(prefix="shlyuz-bench-") as folder:
        found = condition2.measure(Path(folder))
    return {"condition2": found}, lines(condition2.table(found))


def _results(_options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    found = results.measure()
    return {"results": found}, lines(results.table(found))


def _register(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    found = asyncio.run(register.measure(persons=options.persons))
    return {"register": found}, lines(register.table(found))


def _day(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    found = asyncio.run(_in_a_region(day.measure, visits=options.visits, clients=options.windows))
    return {"day": found}, lines(day.table(found))


def _journal(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    found = asyncio.run(_in_a_region(journal.measure, rows=options.rows, clients=options.windows))
    return {"journal": found}, lines(journal.table(found))


async def _in_a_region(section: Callable[..., Awaitable[dict[str, Any]]], **how: int) -> dict[str, Any]:
    """Measure in a region of its own; rows that a section adds by hand are not chained meanwhile."""
    settings = LIMITS | CHEAP_PASSWORDS | {"SHLYUZ_CHAIN_EVERY": "PT2H"}
    with tempfile.TemporaryDirectory(prefix="shlyuz-bench-") as folder:
        async with running_region(Path(folder) / "region", settings=settings) as region:
            return await section(region, **how)


_SECTIONS: dict[str, Callable[[argparse.Namespace], tuple[dict[str, Any], str]]] = {
    "applications": _applications,
    "condition2": _condition2,
    "results": _results,
    "register": _register,
    "day": _day,
    "journal": _journal,
}


def keep(found: dict[str, Any]) -> None:
    """Write figures into build/bench.json beside those of other sections."""
    file = Path("build/bench.json")
    earlier = json.loads(file.read_text()) if file.is_file() else {}
    file.write_text(json.dumps(earlier | found, indent=2) + "\n")


if __name__ == "__main__":
    main()
