"""Revocation lists that passed their own check, and the index of them that every verification reads (step 8).

A list is checked once, when it has been fetched: form, who signed it, its dates. The index is swapped whole, so a
verification sees the lists of one moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock
from types import MappingProxyType

from shared.pki import crl, keys, names
from shared.pki.algorithms import scheme_of
from shared.pki.certificate import CRL_SIGN, Certificate
from shared.pki.codes import Refused
from shared.pki.crl import RevocationListData
from shared.pki.der import Malformed
from shared.pki.trust import Trust
from shared.pki.verdict import Source, SourceKind


class ListFault(StrEnum):
    """Why a fetched list is not taken."""

    TOO_LARGE = "list-too-large"
    MALFORMED = "list-malformed"
    ISSUER_UNKNOWN = "list-issuer-unknown"
    SIGNATURE_INVALID = "list-signature-invalid"
    ALGORITHM_REFUSED = "list-algorithm-refused"
    CRITICAL_EXTENSION_UNKNOWN = "list-critical-extension-unknown"
    PARTIAL = "list-partial"
    WITHOUT_NEXT_UPDATE = "list-without-next-update"
    NOT_YET_VALID = "list-not-yet-valid"
    EXPIRED = "list-expired"


class ListRefused(ValueError):
    """A fetched list is not taken; the last good one stays. `code` is stable, `detail` says why in English."""

    def __init__(self, code: ListFault, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RevocationList:
    """A list with a right signature. Whether it serves a certificate at a time is judged for each verification."""

    data: RevocationListData
    signer: Certificate
    fetched_at: datetime

    def __len__(self) -> int:
        return len(self.data.entries)

    @property
    def der(self) -> bytes:
        return self.data.der

    @property
    def sha256(self) -> str:
        return self.data.sha256.hex()

    @property
    def issuer(self) -> str:
        """The issuer's name, for people."""
        return names.show(self.data.issuer)

    @property
    def this_update(self) -> datetime:
        return self.data.this_update

    @property
    def next_update(self) -> datetime | None:
        return self.data.next_update

    @property
    def number(self) -> int | None:
        return self.data.number

    @property
    def base_number(self) -> int | None:
        return self.data.base_number

    @property
    def delta(self) -> bool:
        return self.data.base_number is not None

    @property
    def source_key(self) -> str:
        """Name issuer, signer and scope: a newer list under the same key takes this one's place."""
        kind = "delta" if self.delta else "list"
        return f"{kind} {self.issuer} {self.signer.sha256.hex()[:16]} {_scope_key(self.data)}"

    def source(self) -> Source:
        return Source(
            kind=SourceKind.DELTA if self.delta else SourceKind.LIST,
            sha256=self.sha256,
            fetched_at=self.fetched_at,
            this_update=self.this_update,
            next_update=self.next_update,
        )


def _scope_key(data: RevocationListData) -> str:
    scope = data.scope
    names_ = "".join(content.hex() for _, content in scope.full_name or ()) + (scope.relative_name or b"").hex()
    flags = (scope.only_users, scope.only_authorities, scope.only_attributes, scope.indirect)
    reasons = "" if scope.reasons is None else ",".join(map(str, sorted(scope.reasons)))
    return f"{''.join('01'[flag] for flag in flags)}:{reasons}:{names_}"


def check_list(data: bytes, *, trust: Trust, at: datetime, fetched_at: datetime) -> RevocationList:
    """Judge a fetched list (DER): form, signature by a trusted issuer that may sign lists, dates at `at`.

    Raises ListRefused. The caller keeps what it had.
    """
    checked = read_list(data, trust=trust, fetched_at=fetched_at)
    if checked.this_update > at + trust.budgets.clock_skew:
        raise ListRefused(ListFault.NOT_YET_VALID, "the list is of a time to come")
    if checked.next_update is None:
        raise ListRefused(ListFault.WITHOUT_NEXT_UPDATE, "the list does not say until when it serves")
    if checked.next_update < at:
        raise ListRefused(ListFault.EXPIRED, "a newer list should have been issued")
    return checked


def read_list(data: bytes, *, trust: Trust, fetched_at: datetime) -> RevocationList:
    """Judge all of a list but its dates: for evidence and the judge, where the time is another. Raises ListRefused."""
    if len(data) > trust.budgets.list_bytes:
        raise ListRefused(ListFault.TOO_LARGE, f"more than {trust.budgets.list_bytes} bytes")
    try:
        parsed = crl.parse(data)
        signer = _signer(parsed, trust)
    except Malformed as fault:
        raise ListRefused(ListFault.MALFORMED, str(fault)) from None
    if parsed.unknown_critical:
        raise ListRefused(ListFault.CRITICAL_EXTENSION_UNKNOWN, "a critical extension that is not known here")
    if not trust.profile.partial_lists and (parsed.scope.indirect or parsed.scope.reasons is not None):
        raise ListRefused(ListFault.PARTIAL, "an indirect list, or one for some reasons only")
    return RevocationList(data=parsed, signer=signer, fetched_at=fetched_at)


def _signer(parsed: RevocationListData, trust: Trust) -> Certificate:
    """Find the key that signed among the issuer's trusted certificates (RFC 5280, 6.3.3 (f) and (g))."""
    weak = trust.profile.weak_algorithms
    try:
        scheme = scheme_of(parsed.algorithm, weak=weak)
    except Refused as refused:
        raise ListRefused(ListFault.ALGORITHM_REFUSED, refused.detail) from None
    candidates = [held for held in trust.named(parsed.issuer) if held.allows(CRL_SIGN)]
    if not candidates:
        raise ListRefused(ListFault.ISSUER_UNKNOWN, "no trusted certificate of its issuer may sign lists")
    for held in candidates[: trust.budgets.paths]:
        try:
            if _key(held, trust).verify(scheme, parsed.signature, parsed.tbs):
                return held
        except Refused:
            continue
    raise ListRefused(ListFault.SIGNATURE_INVALID, "none of its issuer's keys signed the list")


def _key(held: Certificate, trust: Trust, depth: int = 4) -> keys.PublicKey:
    """Load a signer's key; a DSA key may have left its parameters to its issuer (profile rfc5280, PKITS 4.1.5)."""
    key = keys.load(held.spki, weak=trust.profile.weak_algorithms)
    if isinstance(key, keys.DsaKey) and key.parameters is None and depth:
        for issuer in trust.named(held.issuer):
            key = key.inheriting(_key(issuer, trust, depth - 1))
    return key


Snapshot = Mapping[names.Folded, tuple[RevocationList, ...]]
"""Lists by their issuer's folded name, deltas among them."""


class RevocationIndex:
    """What lists are held now. `put` may be called while others verify: they go on with what they began with."""

    def __init__(self, lists: Iterable[RevocationList] = ()) -> None:
        self._lock = Lock()
        self._held: dict[str, RevocationList] = {}
        self._snapshot: Snapshot = MappingProxyType({})
        for one in lists:
            self.put(one)

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    def put(self, checked: RevocationList) -> bool:
        """Take a list in place of the older one under its `source_key`; False when the one held is newer."""
        with self._lock:
            held = self._held.get(checked.source_key)
            if held is not None and _order(checked) < _order(held):
                return False
            self._held[checked.source_key] = checked
            self._swap()
            return True

    def drop(self, source_key: str) -> None:
        """Forget a list, for instance of an issuer that left the trust configuration."""
        with self._lock:
            self._held.pop(source_key, None)
            self._swap()

    def sources(self) -> tuple[RevocationList, ...]:
        """List what is held, for the metric of age and for `shlyuz doctor`."""
        return tuple(self._held.values())

    def _swap(self) -> None:
        grouped: dict[names.Folded, list[RevocationList]] = {}
        for one in self._held.values():
            grouped.setdefault(names.folded(one.data.issuer), []).append(one)
        self._snapshot = MappingProxyType({issuer: tuple(lists) for issuer, lists in grouped.items()})


def _order(one: RevocationList) -> tuple[datetime, datetime]:
    return one.this_update, one.fetched_at
