"""Paths from a certificate up to a pinned root, through the trust configuration alone (step 5), within budgets.

What lies above a signer is validated once and kept; for each signature only the last certificate is judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from shared.pki.certificate import Certificate
from shared.pki.codes import Code, Refused
from shared.pki.der import Malformed
from shared.pki.path import Progress, is_root
from shared.pki.policies import PolicyInputs
from shared.pki.trust import Trust

_EXPANSIONS_PER_PATH = 8
_KEPT_LEAVES = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IssuerPath:
    """A validated chain of authorities: the issuer first, the anchor last."""

    certificates: tuple[Certificate, ...]
    progress: Progress

    @property
    def anchor(self) -> Certificate:
        return self.certificates[-1]

    def above(self) -> "Iterator[tuple[Certificate, tuple[Certificate, ...]]]":
        """Walk the authorities below the anchor, each with what stands above it."""
        for place, authority in enumerate(self.certificates[:-1]):
            yield authority, self.certificates[place + 1 :]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path:
    """A certificate under its chain, with its own key read (DSA parameters inherited)."""

    leaf: Certificate
    issuers: IssuerPath
    progress: Progress


class Issuers:
    """Finds and keeps paths for one Trust. Safe among threads: what it keeps is made of immutable values."""

    def __init__(self, trust: Trust, inputs: PolicyInputs | None = None) -> None:
        self._trust = trust
        self._inputs = inputs or PolicyInputs()
        self._chains = lru_cache(maxsize=256)(self._find_chains)
        self._finished = lru_cache(maxsize=_KEPT_LEAVES)(self._finish)

    def find(self, leaf: Certificate, at: datetime) -> Path:
        """Find a path that holds at this time. Raises Refused with the codes of steps 5 and 6, der.Malformed."""
        best: Refused | None = None
        for chain in self._ordered(leaf):
            try:
                if isinstance(chain, Refused):
                    raise chain
                progress = self._finished(leaf, chain)
                for authority in chain.certificates:
                    _check_issuer_period(authority, at)
                return Path(leaf=leaf, issuers=chain, progress=progress)
            except Refused as refused:
                if best is None or refused.code.step > best.code.step:
                    best = refused
        raise best or self._stranger(leaf)

    def _ordered(self, leaf: Certificate) -> "list[IssuerPath | Refused]":
        """Put chains first whose key the certificate names; a name that does not fit is no reason to refuse."""
        chains = self._chains(leaf.issuer)
        if len(chains) < 2 or leaf.authority_key is None:  # noqa: PLR2004
            return list(chains)
        wanted = leaf.authority_key
        return sorted(chains, key=lambda c: not (isinstance(c, IssuerPath) and c.certificates[0].subject_key == wanted))

    def _stranger(self, leaf: Certificate) -> Refused:
        if leaf.self_issued:
            return Refused(Code.SELF_SIGNED, "the certificate is its own issuer")
        return Refused(Code.UNTRUSTED_ISSUER, "the issuer is not one that is trusted here")

    def _finish(self, leaf: Certificate, chain: IssuerPath) -> Progress:
        return chain.progress.finish(leaf)

    def _find_chains(self, issuer: bytes) -> "tuple[IssuerPath | Refused, ...]":
        found: list[IssuerPath | Refused] = []
        for certificates in self._climb(issuer):
            try:
                found.append(self._validate(certificates))
            except Refused as refused:
                found.append(refused)
            except Malformed as fault:
                found.append(Refused(Code.CERTIFICATE_MALFORMED, f"an issuer's certificate: {fault}"))
            if len(found) >= self._trust.budgets.paths:
                found.append(Refused(Code.PATH_BUDGET_SPENT, "too many paths to try"))
                break
        return tuple(found)

    def _climb(self, issuer: bytes) -> Iterator[tuple[Certificate, ...]]:
        """Walk up by name, nearest first, never through a certificate twice, until anchors are met."""
        budget = self._trust.budgets.paths * _EXPANSIONS_PER_PATH
        waiting: list[tuple[bytes, tuple[Certificate, ...]]] = [(issuer, ())]
        while waiting and budget:
            name, below = waiting.pop(0)
            budget -= 1
            for held in self._trust.named(name):
                if held in below:
                    continue
                if self._trust.is_anchor(held):
                    yield (*below, held)
                elif len(below) + 2 < self._trust.budgets.path_length:
                    waiting.append((held.issuer, (*below, held)))

    def _validate(self, certificates: tuple[Certificate, ...]) -> IssuerPath:
        *authorities, anchor = certificates
        profile = self._trust.profile
        if profile.self_signed_anchors and not is_root(anchor):
            raise Refused(Code.UNTRUSTED_ISSUER, "the pinned certificate is not a root that signed itself")
        progress = Progress.start(anchor, len(certificates), self._inputs, weak=profile.weak_algorithms)
        for authority in reversed(authorities):
            progress = progress.through(authority)
        return IssuerPath(certificates=certificates, progress=progress)


def _check_issuer_period(authority: Certificate, at: datetime) -> None:
    if at < authority.not_before:
        raise Refused(Code.ISSUER_NOT_YET_VALID, "an authority's certificate is not yet valid")
    if at > authority.not_after:
        raise Refused(Code.ISSUER_EXPIRED, "an authority's certificate has expired")
