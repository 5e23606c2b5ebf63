"""Every answer of condition 2, once: its code, the numbered step that gives it, and the clauses it stands on.

The law names three things to check (akmola 8(7), zhambyl 11(6)): validity period, list of revoked certificates,
identity.
The finer codes are ours, each under one of them; a refusal is process 4 (akmola 8(6), zhambyl 11(7)).
"""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, Self

LAW: Final = "akmola 8(7), zhambyl 11(6)"


class Value(StrEnum):
    """What condition 2 says. Unknown is not a refusal: the same document may succeed in a minute."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@unique
class Code(StrEnum):
    """Stable codes, also the codes of the problems that people see. Never renamed, never reused."""

    step: int
    clause: str

    def __new__(cls, code: str, step: int, source: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.step = step
        member.clause = f"{LAW}; {source}" if source else LAW
        return member

    VALID = "valid", 0, ""
    # 1: the envelope, within limits
    DOCUMENT_TOO_LARGE = "document-too-large", 1, "ours: limits"
    SIGNATURE_TOO_LARGE = "signature-too-large", 1, "ours: limits"
    SIGNATURE_MALFORMED = "signature-malformed", 1, "RFC 5652, 5.1"
    SIGNATURE_NOT_CMS = "signature-not-cms", 1, "RFC 5652, 3"
    CONTENT_TYPE_REFUSED = "content-type-refused", 1, "RFC 5652, 5.2"
    CONTENT_MISSING = "content-missing", 1, "RFC 5652, 5.2"
    CONTENT_DIFFERS = "content-differs", 1, "RFC 5652, 5.2"
    # 2: exactly one signer, whose certificate is there
    NO_SIGNER = "no-signer", 2, "RFC 5652, 5.1"
    SEVERAL_SIGNERS = "several-signers", 2, "RFC 5652, 5.1"
    NO_CERTIFICATE = "no-certificate", 2, "RFC 5652, 5.1 and 5.3"
    TOO_MANY_CERTIFICATES = "too-many-certificates", 2, "ours: limits"
    CERTIFICATE_MALFORMED = "certificate-malformed", 2, "RFC 5280, 4.1"
    # 3: algorithms, signed attributes, digest
    ALGORITHM_UNKNOWN = "algorithm-unknown", 3, "RFC 5652, 10.1"
    ALGORITHM_MISMATCH = "algorithm-mismatch", 3, "RFC 5652, 5.3; RFC 8933; RFC 6211"
    SHA1_REFUSED = "sha1-refused", 3, "ours: profile kz"
    MD5_REFUSED = "md5-refused", 3, "ours: profile kz"
    ATTRIBUTES_MALFORMED = "attributes-malformed", 3, "RFC 5652, 5.3 and 11"
    ATTRIBUTES_NOT_DER = "attributes-not-der", 3, "RFC 5652, 5.3"
    ATTRIBUTES_MISSING = "attributes-missing", 3, "RFC 5652, 5.3"
    CONTENT_TYPE_MISMATCH = "content-type-mismatch", 3, "RFC 5652, 11.1"
    DIGEST_MISMATCH = "digest-mismatch", 3, "RFC 5652, 5.4 and 11.2"
    SIGNING_CERTIFICATE_MISMATCH = "signing-certificate-mismatch", 3, "RFC 5035, 3"
    # 4: the signature itself
    KEY_UNKNOWN = "key-unknown", 4, "RFC 5280, 4.1.2.7"
    KEY_MALFORMED = "key-malformed", 4, "RFC 5280, 4.1.2.7"
    RSA_KEY_TOO_SHORT = "rsa-key-too-short", 4, "ours: profile kz"
    DSA_REFUSED = "dsa-refused", 4, "ours: profile kz"
    SIGNATURE_INVALID = "signature-invalid", 4, "RFC 5652, 5.6"
    # 5: a path to a pinned root
    SELF_SIGNED = "self-signed", 5, "RFC 5280, 6.1"
    UNTRUSTED_ISSUER = "untrusted-issuer", 5, "RFC 5280, 6.1"
    ISSUER_SIGNATURE_INVALID = "issuer-signature-invalid", 5, "RFC 5280, 6.1.3 (a)(1)"
    ISSUER_NOT_AUTHORITY = "issuer-not-authority", 5, "RFC 5280, 6.1.4 (k)"
    ISSUER_KEY_USAGE = "issuer-key-usage", 5, "RFC 5280, 6.1.4 (n)"
    PATH_TOO_LONG = "path-too-long", 5, "RFC 5280, 6.1.4 (l) and (m); ours: limits"
    PATH_BUDGET_SPENT = "path-budget-spent", 5, "ours: limits"
    CRITICAL_EXTENSION_UNKNOWN = "critical-extension-unknown", 5, "RFC 5280, 6.1.4 (o) and 6.1.5 (f)"
    NAME_CONSTRAINTS_BROKEN = "name-constraints-broken", 5, "RFC 5280, 6.1.3 (b) and (c)"
    POLICIES_REFUSED = "policies-refused", 5, "RFC 5280, 6.1.3 (f), 6.1.4 (a) and 6.1.5 (g)"
    # 6: the validity period
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid", 6, "RFC 5280, 6.1.3 (a)(2)"
    CERTIFICATE_EXPIRED = "certificate-expired", 6, "RFC 5280, 6.1.3 (a)(2)"
    ISSUER_NOT_YET_VALID = "issuer-not-yet-valid", 6, "RFC 5280, 6.1.3 (a)(2)"
    ISSUER_EXPIRED = "issuer-expired", 6, "RFC 5280, 6.1.3 (a)(2)"
    # 7: a certificate made for signing documents
    AUTHENTICATION_KEY = "authentication-key", 7, "RFC 5280, 4.2.1.3, 4.2.1.4 and 4.2.1.12; policies of the NCA"
    KEY_USAGE_REFUSED = "key-usage-refused", 7, "RFC 5280, 4.2.1.3, 4.2.1.9 and 4.2.1.12"
    CERTIFICATE_POLICY_REFUSED = "certificate-policy-refused", 7, "RFC 5280, 4.2.1.4; policies of the NCA"
    # 8: not in the list of revoked certificates
    CERTIFICATE_REVOKED = "certificate-revoked", 8, "RFC 5280, 6.3; RFC 6960, 2.2"
    ISSUER_REVOKED = "issuer-revoked", 8, "RFC 5280, 6.3"
    NO_REVOCATION_DATA = "no-revocation-data", 8, "RFC 5280, 6.3.3; RFC 6960, 3.2"
    # 9: identity
    IIN_MISSING = "iin-missing", 9, "ours: subject layout of the NCA"
    IIN_MALFORMED = "iin-malformed", 9, "ours: check digit"
    IIN_MISMATCH = "iin-mismatch", 9, ""
    # 10: for whom the signer acts
    BIN_MISSING = "bin-missing", 10, "ours: subject layout of the NCA"
    BIN_MALFORMED = "bin-malformed", 10, "ours: check digit"
    BIN_MISMATCH = "bin-mismatch", 10, ""
    ROLE_REFUSED = "role-refused", 10, "ours: roles of the NCA"
    # the judge alone
    CASE_UNREADABLE = "case-unreadable", 0, "ours: the judge's input"

    @classmethod
    def of(cls, text: str) -> "Code":
        """Find a code by its text. Raises KeyError."""
        return _BY_TEXT[text]

    @property
    def verdict(self) -> Value:
        """Say which of the three values this code belongs to."""
        if self is Code.VALID:
            return Value.VALID
        return Value.UNKNOWN if self is Code.NO_REVOCATION_DATA else Value.INVALID


_BY_TEXT: Final = {code.value: code for code in Code}


class Refused(Exception):
    """A step of condition 2 ended the examination. `detail` says why, in English, without personal data."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How an examination ended: valid, or the step that ended it."""

    code: Code
    detail: str
