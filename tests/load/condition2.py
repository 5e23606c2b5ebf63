"""Condition 2 in process: verifications per second and core, beside the bare checks, and what a long list costs.

Everything is measured in processes of its own, which have seen none of the certificates, and in processor time, so that
neighbours on the machine do not count. Keys, certificates and lists are made beforehand.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from shared.pki.expectation import Expectation
from shared.pki.gost import engine
from shared.pki.revocation import RevocationIndex, check_list
from shared.pki.signing import sign
from shared.pki.trust import Trust
from shared.pki.verdict import Value
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority
from shared.testing.authority_forms import Revoked
from shared.testing.identities import iin

AT = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
LIST_ENTRIES = 100_000
LONG_LIST_ENTRIES = 1_000_000
LEAVES = 250
WARM = 50
DOCUMENT_BYTES = 1024
_MEGABYTE = 1024 * 1024
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A document that one citizen signed."""

    iin: str
    document: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a measuring process gets: certificates as files, a list, and signed documents."""

    trust: str
    revoked: bytes
    cases: tuple[Case, ...]


def measure(folder: Path, *, seconds: float = 5, long_list: int = LONG_LIST_ENTRIES) -> dict[str, Any]:
    """Measure all of it; `folder` is empty and holds the authorities' files afterwards."""
    rsa = _work(Authority.create(at=AT, bits=4096, fresh_keys=True), folder / "rsa", LIST_ENTRIES)
    gost = _work(Authority.create(at=AT, algorithm="gost", fresh_keys=True), folder / "gost", LIST_ENTRIES)
    return {
        "rsa_2048_under_4096": {"list_entries": LIST_ENTRIES, **_apart(verifications, rsa, seconds)},
        "gost_512": {"list_entries": LIST_ENTRIES, "engine": engine.describe(), **_apart(verifications, gost, seconds)},
        "openssl_speed": bare_checks(),
        "long_list": _apart(loading, *_long(Authority.create(at=AT), folder / "long", long_list)),
    }


def _work(authority: Authority, folder: Path, entries: int) -> Work:
    people = [iin(birth=date(1950 + n % 50, 1 + n % 12, 1 + n % 28), number=n) for n in range(LEAVES)]
    document = os.urandom(DOCUMENT_BYTES)
    holders = [authority.citizen(iin=person, at=AT) for person in people]
    cases = tuple(
        Case(iin=person, document=document, signature=sign(document, holder.key, at=AT))
        for person, holder in zip(people, holders, strict=True)
    )
    return Work(trust=str(authority.trust_toml(folder)), revoked=_revoked(authority, entries), cases=cases)


def _revoked(authority: Authority, entries: int) -> bytes:
    for _ in range(entries):
        serial = int.from_bytes(os.urandom(20), "big") >> 1 | 1
        authority.books.revoked[serial] = Revoked(serial=serial, at=AT, reason=1)
    return authority.crl(at=AT)


def _long(authority: Authority, folder: Path, entries: int) -> tuple[str, str]:
    trust = authority.trust_toml(folder)
    (folder / "long.crl").write_bytes(_revoked(authority, entries))
    return str(trust), str(folder / "long.crl")


def _apart(work: Callable[..., _Found], *given: Any) -> _Found:
    """Do a piece of work in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def verifications(work: Work, seconds: float) -> dict[str, Any]:
    """Verify each document once, when nobody has seen its leaf, and then in turn for so long."""
    trust = Trust.load(Path(work.trust))
    index = RevocationIndex([check_list(work.revoked, trust=trust, at=AT, fetched_at=AT)])
    verifier = Verifier(trust, index)
    _verify(verifier, work.cases[:WARM])  # the issuer's chain is judged, its key's tables are made, the code is loaded
    new = _rate(verifier, work.cases[WARM:], 0)
    return {"new_leaves_per_s": new, "seen_leaves_per_s": _rate(verifier, work.cases, seconds)}


def _rate(verifier: Verifier, cases: Sequence[Case], seconds: float) -> int:
    done, began = 0, time.process_time()
    while done == 0 or time.process_time() - began < seconds:
        _verify(verifier, cases)
        done += len(cases)
    return round(done / (time.process_time() - began))


def _verify(verifier: Verifier, cases: Sequence[Case]) -> None:
    for case in cases:
        verdict = verifier.verify(case.document, case.signature, at=AT, expect=Expectation.citizen(iin=case.iin))
        if verdict.value is not Value.VALID:
            raise SystemExit(f"condition 2 says {verdict.code}: {verdict.detail}")


def loading(trust_file: str, list_file: str) -> dict[str, Any]:
    """Read and judge a list, as a web process does that takes it in; memory is what the process grew by."""
    trust, before = Trust.load(Path(trust_file)), _resident()
    data, began = Path(list_file).read_bytes(), time.process_time()
    checked = check_list(data, trust=trust, at=AT, fetched_at=AT)
    took = time.process_time() - began
    index = RevocationIndex([checked])
    return {
        "entries": sum(len(one) for one in index.sources()),
        "list_mb": round(len(data) / _MEGABYTE, 1),
        "load_s": round(took, 2),
        "memory_mb": round((_resident() - before) / _MEGABYTE, 1),
    }


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def bare_checks() -> dict[str, int] | None:
    """Ask `openssl speed` for bare RSA verifications per second and core; None where the program is not installed."""
    program = shutil.which("openssl")
    if program is None:
        return None
    command = [program, "speed", "-mr", "-seconds", "1", "rsa2048", "rsa4096"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^\+F2:\d+:(\d+):[\d.]+:([\d.]+)", said, re.MULTILINE)
    return {f"rsa_{bits}_verify_per_s": round(float(each)) for bits, each in found}


def table(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Write rows of name, figure and note."""
    rsa, gost, long = found["rsa_2048_under_4096"], found["gost_512"], found["long_list"]
    bare = found["openssl_speed"] or {}
    known = ", ".join(f"{name.removesuffix('_per_s').replace('_', '-')} {rate} /s" for name, rate in bare.items())
    entries = f"list of {rsa['list_entries']:,} entries"
    return [
        ("condition 2, RSA-2048", f"{rsa['seen_leaves_per_s']} /s", f"a core; leaves seen before, {entries}"),
        ("", f"{rsa['new_leaves_per_s']} /s", "leaves never seen, under an RSA-4096 authority"),
        ("openssl speed, bare", "", known or "openssl is not installed"),
        (
            "condition 2, GOST-512",
            f"{gost['new_leaves_per_s']} /s",
            f"leaves never seen; {gost['engine']['gost curves']}",
        ),
        ("", f"{gost['seen_leaves_per_s']} /s", "leaves seen before"),
        ("a list taken in", f"{long['load_s']} s", f"{long['entries']:,} entries, {long['list_mb']} MB"),
        ("", f"{long['memory_mb']} MB", "memory that the process grew by"),
    ]
