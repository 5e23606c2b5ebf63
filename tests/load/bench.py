"""`make bench`: measures a region of its own on this machine, prints a table and writes build/bench.json.

Figures of different machines or runs say little beside each other; the ratios within one run do.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import applications
import condition2
import pgbench
from population import Signed, signed_applications

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


SECTIONS = ("applications", "condition2")


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="shlyuz-bench-") as folder:
        async with running_region(Path(folder) / "region", settings=LIMITS | CHEAP_PASSWORDS) as region:
            alone = await _pgbench(region, options)
            load = await applications.measure(
                region, citizens=options.citizens, clients=options.clients, seconds=options.seconds
            )
    load["ratio"] = round(float(load["per_s"]) / alone, 3)
    return {"signed_applications": load, "pgbench": {"per_s": alone}, "settings": LIMITS | CHEAP_PASSWORDS}


async def _pgbench(region: RegionState, options: argparse.Namespace) -> float:
    """File one application, see its statements, and let pgbench repeat them."""
    first, second = await signed_applications(region, 1, 2)
    await _send(region, first)  # statements are prepared, caches are warm
    async with pgbench.Log(region) as log:
        await _send(region, second)
    own = pgbench.transaction(log.statements("booking"), "INSERT INTO applications")
    slot = str(UUID(json.loads(second.document)["fields"]["slot"]["id"].partition("-")[2]))
    file = Path("build") / "application.sql"
    file.write_text(pgbench.script(own, slot))
    await pgbench.many_slots(region, slot)
    return await pgbench.run(region, file, seconds=options.pgbench_seconds, clients=options.clients)


async def _send(region: RegionState, request: Signed) -> None:
    headers = {"Authorization": f"Bearer {request.token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(region.url) as http,
        http.post("/api/v1/applications", data=request.body, headers=headers) as answer,
    ):
        if not answer.ok:
            raise SystemExit(await answer.text())


def table(results: dict[str, Any]) -> str:
    load, alone = results["signed_applications"], results["pgbench"]
    rows = [
        ("signed applications", f"{load['per_s']} /s", f"p50 {load['p50_ms']} ms, p95 {load['p95_ms']} ms"),
        ("", f"{load['rows']} rows", f"in {load['seconds']} s, other answers: {load['not_201'] or 'none'}"),
        ("", f"{load['stolen']:.1%}" if load["stolen"] is not None else "?", "of the processors taken by the host"),
        ("pgbench, same statements", f"{alone['per_s']} /s", f"ratio {load['ratio']}"),
    ]
    return lines(rows)


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
    parser.add_argument("--only", choices=SECTIONS, help="measure one section; the file keeps the other's figures")
    options = parser.parse_args()
    Path("build").mkdir(exist_ok=True)
    if options.only != "condition2":
        settings = (f"{name}={value}" for name, value in (LIMITS | CHEAP_PASSWORDS).items())
        say("raised for the load: " + ", ".join(settings))
        results = asyncio.run(measure(options))
        keep(results)
        say(table(results))
    if options.only != "applications":
        with tempfile.TemporaryDirectory(prefix="shlyuz-bench-") as folder:
            found = condition2.measure(Path(folder))
        keep({"condition2": found})
        say(lines(condition2.table(found)))


def keep(results: dict[str, Any]) -> None:
    """Write figures into build/bench.json beside those of other sections."""
    file = Path("build/bench.json")
    earlier = json.loads(file.read_text()) if file.is_file() else {}
    file.write_text(json.dumps(earlier | results, indent=2) + "\n")


if __name__ == "__main__":
    main()
