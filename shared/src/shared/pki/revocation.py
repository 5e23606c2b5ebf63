"""Step 8: not in the list of revoked certificates (akmola 8(7), zhambyl 11(6); RFC 5280, 6.3.3; RFC 6960).

"Revoked" from any usable source wins, unless it is dated after the judged time. Else a usable list is enough, else a
usable answer. No usable source: unknown. What is not usable counts as absent; but where a usable list names the
certificate in an entry that cannot be read, nothing makes it good any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.pki import crl, names, ocsp
from shared.pki.certificate import Certificate
from shared.pki.codes import Refused
from shared.pki.der import Malformed
from shared.pki.issuers import Issuers
from shared.pki.lists import (
    ListFault,
    ListRefused,
    RevocationIndex,
    RevocationList,
    Snapshot,
    check_list,
    read_list,
)
from shared.pki.scopes import ALL_REASONS, covered_reasons
from shared.pki.trust import Trust
from shared.pki.verdict import Source

__all__ = [
    "ListFault",
    "ListRefused",
    "Outcome",
    "RevocationIndex",
    "RevocationList",
    "Revocations",
    "Status",
    "check_list",
    "read_list",
]

_DEEPEST = 4  # signers of lists whose own status stands in further lists


class Outcome(StrEnum):
    """What is known about one certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """An outcome, why, the sources that it stands on, and the certificates of their signers beside the path.

    `unreadable` marks an unknown certificate that a usable list names, in an entry that cannot be read: whoever lets
    unknown pass must not let it pass.
    """

    outcome: Outcome
    detail: str
    sources: tuple[Source, ...] = ()
    signers: tuple[Certificate, ...] = ()
    unreadable: bool = False


@dataclass(slots=True)
class _Findings:
    """What the sources said so far. `covered` are the reasons that usable lists can speak of.

    `unreadable` says what is wrong with an entry about the certificate, in a list that is otherwise usable.
    """

    covered: set[int] = field(default_factory=set)
    sources: list[Source] = field(default_factory=list)
    signers: list[Certificate] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    unreadable: str | None = None


class Revocations:
    """Judges status against the lists of one moment. Built for each verification; holds nothing beyond it."""

    def __init__(
        self,
        trust: Trust,
        issuers: Issuers,
        snapshot: Snapshot,
        answers: Sequence[ocsp.FetchedAnswer],
        at: datetime,
        *,
        signed_at: datetime | None = None,
    ) -> None:
        """Judge by what is usable at `at`, whether a signature of `signed_at` (by default the same) was good then."""
        self._trust, self._issuers, self._snapshot, self._answers, self._at = trust, issuers, snapshot, answers, at
        self._signed_at = signed_at or at
        self._asking: set[bytes] = set()

    def status(self, certificate: Certificate, issuers: Sequence[Certificate]) -> Status:
        """Judge one certificate; `issuers` stand above it, the anchor last. Raises der.Malformed for its extensions."""
        findings = _Findings()
        revoked = self._by_lists(certificate, issuers, findings) or self._by_answers(certificate, issuers, findings)
        sources, stood_by = tuple(findings.sources), tuple(findings.signers)
        if revoked is not None:
            return Status(outcome=Outcome.REVOKED, detail=revoked, sources=sources, signers=stood_by)
        if findings.unreadable is not None:
            detail = f"no usable revocation data: {findings.unreadable}"
            return Status(outcome=Outcome.UNKNOWN, detail=detail, unreadable=True)
        if findings.covered >= ALL_REASONS:
            return Status(outcome=Outcome.GOOD, detail="not revoked", sources=sources, signers=stood_by)
        why = findings.seen[0] if findings.seen else "no list and no answer of its issuer"
        return Status(outcome=Outcome.UNKNOWN, detail=f"no usable revocation data: {why}")

    # ---------------------------------------------------------------------------------------------------- lists
    def _by_lists(self, certificate: Certificate, issuers: Sequence[Certificate], findings: _Findings) -> str | None:
        bases = [one for one in self._candidates(certificate) if not one.delta]
        for base in sorted(bases, key=lambda one: one.this_update, reverse=True):
            reasons = covered_reasons(base.data, certificate)
            if not reasons:
                findings.seen.append("the list is about other certificates")
                continue
            fault = self._fault(base, issuers, findings)
            if fault is not None:
                findings.seen.append(fault)
                continue
            findings.covered |= reasons
            findings.sources.append(base.source())
            entry = self._look_up(base, certificate, issuers, findings)
            if entry is not None:
                return entry
        return None

    def _candidates(self, certificate: Certificate) -> Iterable[RevocationList]:
        if self._trust.profile.partial_lists:  # an indirect list bears another name
            return [one for lists in self._snapshot.values() for one in lists]
        return self._snapshot.get(names.folded(certificate.issuer), ())

    def _look_up(
        self, base: RevocationList, certificate: Certificate, issuers: Sequence[Certificate], findings: _Findings
    ) -> str | None:
        delta = self._delta_over(base, issuers, findings)
        entry = None
        if delta is not None:
            findings.sources.append(delta.source())
            entry = _find(delta, certificate, findings)
        if entry is None:
            entry = _find(base, certificate, findings)
        if entry is None or entry.reason == crl.REMOVE_FROM_LIST or entry.at > self._signed_at:
            return None
        return f"revoked on {entry.at:%Y-%m-%d %H:%M:%S} UTC, reason {crl.REASONS.get(entry.reason or 0)}"

    def _delta_over(
        self, base: RevocationList, issuers: Sequence[Certificate], findings: _Findings
    ) -> RevocationList | None:
        """Choose the newest usable delta that fits (RFC 5280, 5.2.4; the NCA numbers deltas apart, so by date)."""
        found = [
            one
            for one in self._snapshot.get(names.folded(base.data.issuer), ())
            if one.delta and self._fits(one, base) and self._fault(one, issuers, findings) is None
        ]
        return max(found, key=lambda one: one.this_update, default=None)

    def _fits(self, delta: RevocationList, base: RevocationList) -> bool:
        if delta.data.scope != base.data.scope or delta.data.authority_key != base.data.authority_key:
            return False
        if base.number is None or delta.base_number is None or base.number < delta.base_number:
            return False
        if self._trust.profile.strict_delta_numbers:
            return delta.number is not None and delta.number >= base.number
        return delta.this_update >= base.this_update

    def _fault(self, one: RevocationList, issuers: Sequence[Certificate], findings: _Findings) -> str | None:
        """Say why a list does not serve at this time, under this anchor; None when it does."""
        budgets = self._trust.budgets
        if one.this_update > self._at + budgets.clock_skew:
            return "the list is of a later time"
        if one.next_update is None or one.next_update < self._at:
            return "the list is older than its next update"
        if self._at - one.fetched_at > budgets.list_age:
            return "the list was fetched too long ago"
        if self._trusted(one.signer, issuers, findings):
            return None
        return "the list's signer is not trusted for this path"

    def _trusted(self, signer: Certificate, issuers: Sequence[Certificate], findings: _Findings) -> bool:
        """Judge the path of a list's signer: the same anchor (RFC 5280, 6.3.3 (f)), its period, its own status.

        What a trusted one stands on becomes part of the findings: without it nobody could judge the list again.
        """
        if signer in issuers:
            return True
        if signer.sha256 in self._asking:  # its own status stands in the list that it signed (PKITS 4.14.30)
            return self._trust.profile.partial_lists
        if len(self._asking) >= _DEEPEST:
            return False
        self._asking.add(signer.sha256)
        try:
            path = self._issuers.find(signer, self._at)
            if not signer.not_before <= self._at <= signer.not_after or path.issuers.anchor != issuers[-1]:
                return False
            own = self.status(signer, path.issuers.certificates)
            if own.outcome is Outcome.REVOKED or (
                own.outcome is Outcome.UNKNOWN and (self._trust.profile.every_certificate or own.unreadable)
            ):
                return False
            findings.signers += (signer, *path.issuers.certificates, *own.signers)
            findings.sources += own.sources
            return True
        except (Refused, Malformed):
            return False
        finally:
            self._asking.discard(signer.sha256)

    # -------------------------------------------------------------------------------------------------- answers
    def _by_answers(self, certificate: Certificate, issuers: Sequence[Certificate], findings: _Findings) -> str | None:
        for fetched in self._answers:
            try:
                found = ocsp.check(fetched, certificate, issuers[0], trust=self._trust, at=self._at)
            except ocsp.AnswerRefused as refused:
                findings.seen.append(refused.detail)
                continue
            if found.responder is not None and self._listed(found.responder, issuers):
                findings.seen.append("the responder's own certificate is revoked")
                continue
            if found.revoked_at is not None and found.revoked_at > self._signed_at:
                found = found.as_good()
            findings.sources.append(found.source)
            if found.revoked_at is not None:
                return (
                    f"revoked on {found.revoked_at:%Y-%m-%d %H:%M:%S} UTC, reason {crl.REASONS.get(found.reason or 0)}"
                )
            findings.covered |= ALL_REASONS
        return None

    def _listed(self, responder: Certificate, issuers: Sequence[Certificate]) -> bool:
        findings = _Findings()
        return self._by_lists(responder, issuers, findings) is not None or findings.unreadable is not None


def _find(one: RevocationList, certificate: Certificate, findings: _Findings) -> crl.Entry | None:
    foreign = one.data.scope.indirect and not names.same(one.data.issuer, certificate.issuer)
    try:
        return one.data.entries.find(certificate.serial, certificate.issuer if foreign else None)
    except Malformed as fault:
        findings.unreadable = f"the list names the certificate in an entry that cannot be read: {fault}"
        return None
