"""One certification path, from a pinned root down to a certificate: RFC 5280, 6.1, section by section.

Validity periods and revocation are judged by their own steps; here is what does not change with time, so that the part
above the signer can be kept (`Progress` is immutable) and only the last certificate is judged for each signature.
"""

from dataclasses import dataclass, replace
from typing import Final

from shared.pki import extensions, keys, names, policies
from shared.pki.algorithms import scheme_of
from shared.pki.certificate import (
    AUTHORITY_KEY,
    BASIC_CONSTRAINTS,
    EXTENDED_KEY_USAGE,
    KEY_CERT_SIGN,
    KEY_USAGE,
    POLICIES,
    SUBJECT_KEY,
    Certificate,
)
from shared.pki.codes import Code, Refused
from shared.pki.constraints import Constraints
from shared.pki.policies import Level, PolicyInputs

_PROCESSED: Final = frozenset({
    KEY_USAGE, BASIC_CONSTRAINTS, POLICIES, EXTENDED_KEY_USAGE, SUBJECT_KEY, AUTHORITY_KEY, extensions.SUBJECT_NAMES,
    extensions.NAME_CONSTRAINTS, extensions.DISTRIBUTION_POINTS, extensions.POLICY_MAPPINGS,
    extensions.POLICY_CONSTRAINTS, extensions.INHIBIT_ANY_POLICY, extensions.FRESHEST_LIST,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The state variables of RFC 5280, 6.1.2, after some certificates of a path of known length."""

    issuer: bytes
    key: keys.PublicKey
    level: Level
    constraints: Constraints
    explicit_policy: int
    policy_mapping: int
    inhibit_any: int
    path_length: int
    inputs: PolicyInputs
    weak: bool

    @classmethod
    def start(cls, anchor: Certificate, length: int, inputs: PolicyInputs, *, weak: bool) -> "Progress":
        """Begin under an anchor; `length` counts the certificates below it (6.1.2). Raises Refused for its key."""
        return cls(
            issuer=anchor.subject,
            key=keys.load(anchor.spki, weak=weak).recurring(),
            level=policies.root(),
            constraints=Constraints(),
            explicit_policy=0 if inputs.explicit_policy else length + 1,
            policy_mapping=0 if inputs.inhibit_mapping else length + 1,
            inhibit_any=0 if inputs.inhibit_any else length + 1,
            path_length=length,
            inputs=inputs,
            weak=weak,
        )

    def through(self, authority: Certificate) -> "Progress":
        """Pass a certificate that is not the last: 6.1.3, then 6.1.4. Raises Refused, der.Malformed."""
        met = self._basic(authority, last=False)
        return met._prepare(authority)  # noqa: SLF001 - another value of this class

    def finish(self, leaf: Certificate) -> "Progress":
        """Pass the last certificate: 6.1.3, then 6.1.5. `key` is then its own. Raises Refused, der.Malformed."""
        met = self._basic(leaf, last=True)
        explicit = max(met.explicit_policy - 1, 0)  # (a)
        require, _ = extensions.policy_constraints(leaf)
        if require == 0:  # (b)
            explicit = 0
        key = self._next_key(leaf)  # (c) to (e)
        _check_critical(leaf)  # (f)
        if explicit == 0 and not policies.acceptable(met.level, met.inputs.initial_policies):  # (g)
            raise Refused(Code.POLICIES_REFUSED, "no policy asked for is left at the end of the path")
        return replace(met, key=key, issuer=leaf.subject)

    def _basic(self, certificate: Certificate, *, last: bool) -> "Progress":
        """6.1.3. (a)(2) and (a)(3) are steps 6 and 8 of condition 2."""
        scheme = scheme_of(certificate.algorithm, weak=self.weak)
        if not names.same(certificate.issuer, self.issuer):  # (a)(4)
            raise Refused(Code.UNTRUSTED_ISSUER, "the names of the path do not chain")
        if not self.key.verify(scheme, certificate.signature, certificate.tbs):  # (a)(1)
            raise Refused(Code.ISSUER_SIGNATURE_INVALID, "the issuer did not sign this certificate")
        self_issued = certificate.issuer == certificate.subject or certificate.self_issued
        constraints = self.constraints
        if last or not self_issued:  # (b), (c)
            constraints = constraints.check(certificate)
        any_allowed = self.inhibit_any > 0 or (not last and self_issued)
        level = policies.descend(self.level, certificate.policies, any_allowed=any_allowed)  # (d), (e)
        if not level and self.explicit_policy == 0:  # (f)
            raise Refused(Code.POLICIES_REFUSED, "the path must have a policy, and has none")
        return replace(self, constraints=constraints, level=level)

    def _prepare(self, authority: Certificate) -> "Progress":
        """6.1.4, with its letters."""
        mappings = extensions.policy_mappings(authority)
        if any(policies.ANY in pair for pair in mappings):  # (a)
            raise Refused(Code.POLICIES_REFUSED, "anyPolicy must not be mapped")
        level = policies.rename(self.level, mappings, allowed=self.policy_mapping > 0)  # (b)
        key = self._next_key(authority).recurring()  # (c) to (f)
        constraints = self.constraints.narrowed(extensions.name_constraints(authority))  # (g)
        own = 0 if authority.self_issued else 1  # (h)
        explicit, mapping = max(self.explicit_policy - own, 0), max(self.policy_mapping - own, 0)
        require, inhibit = extensions.policy_constraints(authority)  # (i)
        any_policy = extensions.inhibit_any_policy(authority)  # (j)
        _check_authority(authority)  # (k), (n)
        if own and self.path_length <= 0:  # (l)
            raise Refused(Code.PATH_TOO_LONG, "more authorities below one another than one of them allows")
        length = self.path_length - own
        if authority.path_length is not None:  # (m)
            length = min(length, authority.path_length)
        _check_critical(authority)  # (o)
        return replace(
            self,
            issuer=authority.subject,
            key=key,
            level=level,
            constraints=constraints,
            explicit_policy=explicit if require is None else min(explicit, require),
            policy_mapping=mapping if inhibit is None else min(mapping, inhibit),
            inhibit_any=min(max(self.inhibit_any - own, 0), self.inhibit_any if any_policy is None else any_policy),
            path_length=length,
        )

    def _next_key(self, certificate: Certificate) -> keys.PublicKey:
        key = keys.load(certificate.spki, weak=self.weak)
        return key.inheriting(self.key) if isinstance(key, keys.DsaKey) else key


def is_root(certificate: Certificate) -> bool:
    """Tell whether a certificate signed itself, as a root does that kz may pin."""
    try:
        key = keys.load(certificate.spki)
        scheme = scheme_of(
            certificate.algorithm, weak=True
        )  # a root is trusted for being pinned, not for this signature
    except Refused:
        return False
    return certificate.self_issued and key.verify(scheme, certificate.signature, certificate.tbs)


def _check_authority(certificate: Certificate) -> None:
    if certificate.authority is not True:
        raise Refused(Code.ISSUER_NOT_AUTHORITY, "a certificate that is no authority's issued another")
    if not certificate.allows(KEY_CERT_SIGN):
        raise Refused(Code.ISSUER_KEY_USAGE, "an authority's key that must not sign certificates")


def _check_critical(certificate: Certificate) -> None:
    for oid, extension in certificate.extensions.items():
        if extension.critical and oid not in _PROCESSED:
            raise Refused(Code.CRITICAL_EXTENSION_UNKNOWN, f"critical extension {oid} is not known here")
