#!/usr/bin/env python3
"""Asks programs that others made about one result: veraPDF, EU DSS, and poppler's pdfsig with Mozilla's NSS.

    check_pdf.py [-n COUNT] [-r] [-f FLAVOURS] [--json] FILE.pdf ROOT [CERTIFICATE|LIST.crl]...

Every signature needs a good word from DSS and from pdfsig, the last one must cover the whole file, and nothing may be
said against any; silence is a failure. Exit status 0: all is well, 1: something is not, 2: the check could not be made.
Nothing is fetched but the libraries, once, with Maven, into $SHLYUZ_CHECKERS or the user's cache folder.
"""

# ruff: noqa: T201 - a command speaks on stdout

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = ("java", "javac", "mvn", "pdfsig", "certutil")
OCSP = bytes.fromhex("06082b06010505073001")  # 1.3.6.1.5.5.7.48.1 in DER: "ask this responder", RFC 5280, 4.2.2.1
TRUSTED = "Certificate is Trusted."
NOT_ASKED = "Unknown issue with Certificate or corrupted data."


class CannotCheck(Exception):
    """The check could not be made; says nothing about the file."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one program says of one thing: a flavour of PDF/A, or a signature field."""

    program: str
    subject: str
    good: bool
    detail: str
    messages: list[str] = field(default_factory=list)


def main() -> int:
    """Check the file that the command line names, print the table, return the exit status."""
    options = arguments()
    try:
        findings = look(options.file, options.certificates, flavours=options.flavours, revocation=options.revocation)
    except CannotCheck as reason:
        print(reason, file=sys.stderr)
        return 2
    findings += counted(findings, options.count)
    well = all(finding.good for finding in findings)
    if options.json:
        print(json.dumps({"ok": well, "findings": [asdict(finding) for finding in findings]}, ensure_ascii=False))
    else:
        print_table(options.file, findings, well=well)
    return 0 if well else 1


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", "--count", type=int, default=2, help="so many signatures there must be (2)")
    parser.add_argument("-r", "--revocation", action="store_true", help="revocation data are required")
    parser.add_argument("-f", "--flavours", default="2b,ua1", help="what veraPDF checks (2b,ua1)")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("file", type=Path)
    parser.add_argument("certificates", type=Path, nargs="+", help="the root first, then others and lists (*.crl)")
    return parser.parse_args()


def look(file: Path, certificates: list[Path], *, flavours: str, revocation: bool) -> list[Finding]:
    """Run every program on `file`; return all that they say."""
    for path in (file, *certificates):
        if not path.is_file():
            raise CannotCheck(f"cannot read {path}")
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise CannotCheck(
            f"missing: {', '.join(missing)} (Debian: default-jdk-headless maven poppler-utils libnss3-tools)"
        )
    return [*ask_java(file, certificates, flavours=flavours, revocation=revocation), *ask_pdfsig(file, certificates)]


def counted(findings: list[Finding], count: int) -> list[Finding]:
    """The signatures of which both programs speak, and speak well, must be `count`, with distinct names."""
    proven = [
        {finding.subject for finding in findings if finding.program == program and finding.good}
        for program in ("DSS", "pdfsig")
    ]
    number = len(proven[0] & proven[1])
    heard = [len([each for each in findings if each.program == program]) for program in ("DSS", "pdfsig")]
    good = number == count and heard == [count, count]
    return [Finding(program="count", subject="-", good=good, detail=f"{number} proven by both, {count} wanted")]


def print_table(file: Path, findings: list[Finding], *, well: bool) -> None:
    """Print a row for each finding, and what the program had to say about a bad one."""
    print(file)
    for finding in findings:
        print(f"  {finding.program:8} {finding.subject:10} {'pass' if finding.good else 'FAIL'}  {finding.detail}")
        for message in finding.messages[:10] if not finding.good else ():
            print(f"           {message[:300]}")
    print("PASS" if well else "FAIL")


# ------------------------------------------------------------------------------------------------- veraPDF and EU DSS
def ask_java(file: Path, certificates: list[Path], *, flavours: str, revocation: bool) -> list[Finding]:
    """Run CheckResult; each line that it prints is a finding."""
    libraries, classes = built()
    command = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{classes}:{libraries}/*", "CheckResult"]
    answer = run([*command, flavours, "required" if revocation else "optional", file, *certificates])
    if answer.returncode:
        raise CannotCheck(f"CheckResult ended with {answer.returncode}: {answer.stderr[-2000:]}")
    return [Finding(**json.loads(line)) for line in answer.stdout.splitlines()]


def built() -> tuple[Path, Path]:
    """Fetch the libraries and compile the Java sources, unless that was done for these very files."""
    sources = sorted((HERE / "java").glob("*.java"))
    cache = Path(os.environ.get("SHLYUZ_CHECKERS") or Path.home() / ".cache" / "shlyuz" / "checkers")
    cache.mkdir(parents=True, exist_ok=True)
    libraries = cache / f"libraries-{fingerprint(HERE / 'pom.xml')}"
    classes = cache / f"classes-{fingerprint(HERE / 'pom.xml', *sources)}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fetch = ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies", "-DincludeScope=runtime"]
        make(libraries, lambda folder: [*fetch, f"-DoutputDirectory={folder}"])
        make(classes, lambda folder: ["javac", "-nowarn", "-cp", f"{libraries}/*", "-d", folder, *sources])
    return libraries, classes


def make(folder: Path, command: Callable[[Path], list[object]]) -> None:
    """Let a command fill `folder`, whole or not at all."""
    if folder.is_dir():
        return
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    answer = run(command(unfinished))
    if answer.returncode or not unfinished.is_dir():
        raise CannotCheck(f"{folder.name} could not be made: {(answer.stdout + answer.stderr)[-3000:]}")
    unfinished.rename(folder)


def fingerprint(*files: Path) -> str:
    """Name a build after all that goes into it."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


# -------------------------------------------------------------------------------------------------- pdfsig, NSS
def ask_pdfsig(file: Path, certificates: list[Path]) -> list[Finding]:
    """Run pdfsig with the certificates in a database of their own. Its exit status says nothing; its words do."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sql:{folder}"
        run(["certutil", "-N", "-d", database, "--empty-password"])
        for number, path in enumerate(path for path in certificates if path.suffix != ".crl"):
            load(database, path, trust=",," if number else "CT,C,C")
        # pdfsig asks the OCSP responder that a certificate names, and tests stay off-line; told not to ask, it judges
        # no certificate that names one, so that DSS's judgement of the path stands alone there.
        off_line = ["-no-ocsp"] if names_responder(file) else []
        answer = run(["pdfsig", *off_line, "-nssdir", database, file])
    blocks = re.split(r"^Signature #\d+:\s*$", answer.stdout, flags=re.MULTILINE)[1:]
    if not blocks:
        return [
            Finding(program="pdfsig", subject="-", good=False, detail="silent", messages=answer.stderr.splitlines())
        ]
    accepted = {TRUSTED, NOT_ASKED} if off_line else {TRUSTED}
    return [spoken(block, accepted, last=block is blocks[-1]) for block in blocks]


def load(database: str, path: Path, *, trust: str) -> None:
    """Put a certificate, PEM or DER, into the database."""
    form = ["-a"] if b"-----BEGIN" in path.read_bytes() else []
    answer = run(["certutil", "-A", "-d", database, "-n", path, "-t", trust, *form, "-i", path])
    if answer.returncode:
        raise CannotCheck(f"NSS cannot load {path}: {answer.stderr}")


def spoken(block: str, accepted: set[str], *, last: bool) -> Finding:
    """Read what pdfsig says of one signature: its validity, its certificate, and whether it covers the whole file."""
    said = dict(re.findall(r"^  - ([^:\n]+): (.*)$", block, flags=re.MULTILINE))
    validity, trust = said.get("Signature Validation", ""), said.get("Certificate Validation", "")
    whole = "Total document signed" in block.replace("Not total document signed", "")
    good = validity == "Signature is Valid." and trust in accepted and whole == last
    cover = "covers the whole file" if whole else "covers the file up to itself"
    subject = said.get("Signature Field Name", "-")
    return Finding(program="pdfsig", subject=subject, good=good, detail=f"{validity} {trust} It {cover}.")


def names_responder(file: Path) -> bool:
    """Whether any certificate inside the signatures names an OCSP responder."""
    contents = re.findall(rb"/Contents\s*<([0-9A-Fa-f]+)>", file.read_bytes())
    return any(OCSP in bytes.fromhex(each.decode()) for each in contents)


def run(command: list[object]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, in one language, and keep what it says."""
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=600,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )


if __name__ == "__main__":
    sys.exit(main())
