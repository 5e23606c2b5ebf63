"""`shlyuz pki judge`: anyone's cases, one a line, judged by the gateway's own code with the network off.

The keys of a case are in docs/condition-2.md. What cannot be read is `invalid` with its own code, and the run goes on.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final

from shared.pki import attributes, certificate, cms, files, identity, keys, signer, usage
from shared.pki.certificate import Certificate
from shared.pki.codes import Code, Refused
from shared.pki.der import Malformed
from shared.pki.expectation import CITIZEN_ROLE, SEAL_ROLES, STAFF_ROLES, Expectation, Kind
from shared.pki.issuers import Issuers
from shared.pki.ocsp import FetchedAnswer
from shared.pki.policies import ANY, PolicyInputs
from shared.pki.profile import KZ, RFC5280
from shared.pki.revocation import ListRefused, Outcome, RevocationIndex, Revocations, read_list
from shared.pki.trust import Anchor, Trust
from shared.pki.verifier import Verifier, check_period, find_certificate

_PROFILES: Final = {profile.name: profile for profile in (KZ, RFC5280)}
_CHECKS: Final = ("path", "signature", "condition-2")
_MAX_LINE: Final = 1024 * 1024
_MAX_FILE: Final = 300 * 1024 * 1024


class CaseUnreadable(ValueError):
    """The case itself cannot be read: its JSON, a key, or a file that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One line of the answer."""

    id: Any
    code: Code
    detail: str

    def line(self) -> str:
        """Write the answer as JSON."""
        fields = {"id": self.id, "verdict": self.code.verdict.value, "code": self.code.value, "detail": self.detail}
        return json.dumps(fields, ensure_ascii=False)


class Judge:
    """Judges cases whose files lie under one folder. What several cases share is read once."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._bytes = lru_cache(maxsize=4096)(self._read)
        self._trusts = lru_cache(maxsize=256)(self._make_trust)
        self._issuers = lru_cache(maxsize=256)(Issuers)
        self._parse = lru_cache(maxsize=4096)(certificate.parse)

    def judge(self, line: str) -> Judgement:
        """Judge one line. Never raises for what is in it."""
        number: Any = None
        try:
            case = _load(line)
            number = case.get("id")
            check = _one_of(case, "check", _CHECKS)
            examine = {"path": self._path, "signature": self._signature, "condition-2": self._condition_2}[check]
            code, detail = examine(case)
        except CaseUnreadable as fault:
            code, detail = Code.CASE_UNREADABLE, str(fault)
        except Refused as refused:
            code, detail = refused.code, refused.detail
        except Malformed as fault:
            code, detail = Code.CERTIFICATE_MALFORMED, f"a certificate: {fault}"
        return Judgement(id=number, code=code, detail=detail)

    # ------------------------------------------------------------------------------------------------------- checks
    def _path(self, case: Mapping[str, Any]) -> tuple[Code, str]:
        at, trust = _time(case), self._trust(case)
        leaf = self._certificate(_text(case, "leaf"))
        issuers = self._issuers(trust, _policy_inputs(case))
        path = issuers.find(leaf, at)
        check_period(leaf, at)
        outcome, detail = Outcome.GOOD, "the path holds"
        if trust.profile.signing_certificates:
            usage.check(leaf)
        if not _revocation_waived(case):
            revocations = Revocations(
                trust, issuers, self._index(case, trust, at).snapshot, self._answers(case, at), at
            )
            outcome, detail = _status(
                revocations, leaf, path.issuers.certificates, every=trust.profile.every_certificate
            )
        if trust.profile.signing_certificates:
            facts = signer.read(leaf, path.progress.key, None)
            expect = _expectation(case, roles=False)
            identity.check_iin(facts, expect, test=True)
            identity.check_bin(facts, expect, test=True)
        return (Code.VALID if outcome is Outcome.GOOD else Code.NO_REVOCATION_DATA), detail

    def _signature(self, case: Mapping[str, Any]) -> tuple[Code, str]:
        data = self._signature_bytes(case)
        weak = _profile(case) is RFC5280
        message = cms.parse(data, max_certificates=_budget_certificates())
        info = message.signers[0]
        held = find_certificate(message.certificates or self._known(case), info, self._parse, len(data) + _MAX_LINE)
        content = self._content(case, message.content)
        scheme = attributes.choose_scheme(message, info, weak=weak)
        signed = attributes.signed_bytes(info, message.content_type, content, scheme.hash, held)
        cms.signing_time(info)
        if not keys.load(held.spki, weak=weak).verify(scheme, info.signature, signed):
            raise Refused(Code.SIGNATURE_INVALID, "the signature is not of this certificate's key")
        return Code.VALID, "the signature is of the certificate's key"

    def _condition_2(self, case: Mapping[str, Any]) -> tuple[Code, str]:
        at, trust, data = _time(case), self._trust(case), self._signature_bytes(case)
        if trust.profile is not KZ:
            raise CaseUnreadable("condition-2 has profile kz and no other")
        document = self._bytes(name) if (name := case.get("document")) is not None else _carried(data, trust)
        verdict = Verifier(trust, self._index(case, trust, at)).verify(
            document,
            data,
            at=at,
            expect=_expectation(case, roles=True),
            answers=self._answers(case, at),
            known=self._known(case),
        )
        if verdict.code is Code.NO_REVOCATION_DATA and _revocation_waived(case):
            return Code.VALID, "revocation was not asked for"
        return verdict.code, verdict.detail

    # -------------------------------------------------------------------------------------------------------- files
    def _read(self, name: str) -> bytes:
        path = self._base / name
        try:
            if path.stat().st_size > _MAX_FILE:
                raise CaseUnreadable("a file of absurd size")
            return path.read_bytes()
        except (OSError, ValueError):
            raise CaseUnreadable(f"file {name!r} cannot be read") from None

    def _decoded(self, name: str, code: Code) -> bytes:
        try:
            return files.decode(self._bytes(name))
        except files.Unreadable as fault:
            raise Refused(code, str(fault)) from None

    def _certificate(self, name: str) -> Certificate:
        return self._parse(self._decoded(name, Code.CERTIFICATE_MALFORMED))

    def _signature_bytes(self, case: Mapping[str, Any]) -> bytes:
        return self._decoded(_text(case, "cms"), Code.SIGNATURE_MALFORMED)

    def _known(self, case: Mapping[str, Any]) -> tuple[bytes, ...]:
        if case.get("leaf") is None:
            return ()
        return (self._decoded(_text(case, "leaf"), Code.CERTIFICATE_MALFORMED),)

    def _content(self, case: Mapping[str, Any], carried: bytes | None) -> bytes:
        document = None if case.get("document") is None else self._bytes(_text(case, "document"))
        if document is not None and carried is not None and document != carried:
            raise Refused(Code.CONTENT_DIFFERS, "the signature carries another content than the document")
        content = carried if document is None else document
        if content is None:
            raise Refused(Code.CONTENT_MISSING, "a detached signature without its document")
        return content

    def _trust(self, case: Mapping[str, Any]) -> Trust:
        return self._trusts(_text(case, "anchor"), tuple(_texts(case, "intermediates")), _profile(case).name)

    def _make_trust(self, anchor: str, intermediates: tuple[str, ...], profile: str) -> Trust:
        return Trust(
            anchors=(Anchor(certificate=self._certificate(anchor), test=True),),
            intermediates=tuple(map(self._certificate, intermediates)),
            profile=_PROFILES[profile],
        )

    def _index(self, case: Mapping[str, Any], trust: Trust, at: datetime) -> RevocationIndex:
        """Take the lists that are lists; what is not usable counts as absent. Files count as fetched at `at`."""
        index = RevocationIndex()
        for name in _texts(case, "crls"):
            try:
                index.put(read_list(files.decode(self._bytes(name)), trust=trust, fetched_at=at))
            except (ListRefused, files.Unreadable):
                continue
        return index

    def _answers(self, case: Mapping[str, Any], at: datetime) -> tuple[FetchedAnswer, ...]:
        found = []
        for name in _texts(case, "ocsp"):
            try:
                found.append(FetchedAnswer(data=files.decode(self._bytes(name)), fetched_at=at))
            except files.Unreadable:
                continue
        return tuple(found)


def _status(
    revocations: Revocations, leaf: Certificate, chain: Sequence[Certificate], *, every: bool
) -> tuple[Outcome, str]:
    """Judge the leaf, then every authority below the anchor, as the verifier does."""
    outcome, detail = Outcome.GOOD, "the path holds"
    for place, one in enumerate((leaf, *chain[:-1])):
        status = revocations.status(one, chain[place:])
        if status.outcome is Outcome.REVOKED:
            raise Refused(Code.ISSUER_REVOKED if place else Code.CERTIFICATE_REVOKED, status.detail)
        if status.outcome is Outcome.UNKNOWN and (every or place == 0 or status.unreadable):
            outcome, detail = Outcome.UNKNOWN, status.detail
    return outcome, detail


def _carried(data: bytes, trust: Trust) -> bytes:
    content = cms.parse(data, max_certificates=trust.budgets.certificates).content
    if content is None:
        raise Refused(Code.CONTENT_MISSING, "a detached signature without its document")
    return content


def _budget_certificates() -> int:
    return Trust(anchors=()).budgets.certificates


def _expectation(case: Mapping[str, Any], *, roles: bool) -> Expectation:
    """No BIN means a citizen; roles are judged in condition-2 only."""
    iin, number = _optional(case, "iin"), _optional(case, "bin")
    if number is None:
        wanted = frozenset({CITIZEN_ROLE}) if roles else frozenset[str]()
        return Expectation(kind=Kind.CITIZEN, iin=iin, roles=wanted)
    wanted = STAFF_ROLES | SEAL_ROLES if roles else frozenset()
    return Expectation(kind=Kind.SEAL, iin=iin, bin=number, roles=wanted)


def _load(line: str) -> Mapping[str, Any]:
    if len(line) > _MAX_LINE:
        raise CaseUnreadable("a line of absurd length")
    try:
        case = json.loads(line)
    except (ValueError, RecursionError):
        raise CaseUnreadable("not JSON") from None
    if not isinstance(case, dict):
        raise CaseUnreadable("not a JSON object")
    return case


def _text(case: Mapping[str, Any], key: str) -> str:
    value = case.get(key)
    if not isinstance(value, str):
        raise CaseUnreadable(f"{key} is missing or no text")
    return value


def _optional(case: Mapping[str, Any], key: str) -> str | None:
    return None if case.get(key) is None else _text(case, key)


def _texts(case: Mapping[str, Any], key: str) -> list[str]:
    value = case.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise CaseUnreadable(f"{key} is no list of texts")
    return value


def _one_of(case: Mapping[str, Any], key: str, known: Sequence[str]) -> str:
    value = case.get(key, known[0])
    if value not in known:
        raise CaseUnreadable(f"{key} is none of {', '.join(known)}")
    return str(value)


def _profile(case: Mapping[str, Any]) -> Any:
    return _PROFILES[_one_of(case, "profile", tuple(_PROFILES))]


def _time(case: Mapping[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(_text(case, "at"))
    except ValueError:
        raise CaseUnreadable("at is not a time in RFC 3339") from None
    if at.tzinfo is None:
        raise CaseUnreadable("at has no offset from UTC")
    return at


def _revocation_waived(case: Mapping[str, Any]) -> bool:
    wanted = case.get("revocation")
    if wanted not in {None, "none"}:
        raise CaseUnreadable("revocation is none, or not said")
    return wanted == "none" and not case.get("crls") and not case.get("ocsp")


def _policy_inputs(case: Mapping[str, Any]) -> PolicyInputs:
    given = case.get("policy_inputs") or {}
    if not isinstance(given, dict):
        raise CaseUnreadable("policy_inputs is no object")
    initial = _texts(given, "user_initial_policy_set")
    return PolicyInputs(
        initial_policies=frozenset(initial) or frozenset({ANY}),
        explicit_policy=given.get("initial_explicit_policy") is True,
        inhibit_mapping=given.get("initial_policy_mapping_inhibit") is True,
        inhibit_any=given.get("initial_any_policy_inhibit") is True,
    )


def run(lines: Iterable[str], write: Callable[[str], object], base: Path) -> int:
    """Judge every line that is not blank, in order; say how many there were."""
    judge, count = Judge(base), 0
    for line in lines:
        if line.strip():
            write(judge.judge(line).line() + "\n")
            count += 1
    return count


def main(arguments: Sequence[str] | None = None, stdin: IO[str] | None = None, stdout: IO[str] | None = None) -> int:
    """Run the program: JSON Lines in, JSON Lines out. The exit status is 0 whatever the verdicts are."""
    parser = argparse.ArgumentParser(
        prog="shlyuz pki judge", description="Judge signatures and certificates by condition 2, with the network off."
    )
    parser.add_argument("--base", type=Path, default=Path(), help="the folder that the files of the cases lie in")
    options = parser.parse_args(arguments)
    run(stdin or sys.stdin, (stdout or sys.stdout).write, options.base)
    return 0
