"""OCSP (RFC 6960): the question a gateway asks, and the answer judged with the care that lists get.

An answer serves when it is of this certificate, signed by its issuer or a responder that the issuer delegated to, and
fresh. The NCA's responders say "revoked, certificateHold, 1970-01-01" of keys that were never revoked (RFC 6960, 2.2):
that is no data.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from shared.pki import certificate as certificates
from shared.pki import crl, der, encode, keys, names
from shared.pki.algorithms import DIGESTS, digest, scheme_of
from shared.pki.certificate import Algorithm, Certificate, read_algorithm, read_extensions
from shared.pki.codes import Refused
from shared.pki.der import Malformed, Reader
from shared.pki.trust import Trust
from shared.pki.verdict import Source, SourceKind

BASIC: Final = "1.3.6.1.5.5.7.48.1.1"
NONCE: Final = "1.3.6.1.5.5.7.48.1.2"
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
_SHA1: Final = "1.3.14.3.2.26"

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_ANSWERS, _MOST_CERTIFICATES = 16, 4
_SUCCESSFUL: Final = 0


class AnswerRefused(ValueError):
    """An answer that does not serve; it counts as absent. `detail` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedAnswer:
    """The bytes of an OCSPResponse and when they came."""

    data: bytes
    fetched_at: datetime
    nonce: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to POST as application/ocsp-request, and where: an address of the trust configuration, never a message's."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleAnswer:
    """One certificate's status. `revoked_at` None and `known` is good."""

    hash_algorithm: Algorithm
    name_hash: bytes
    key_hash: bytes
    serial: int
    known: bool
    revoked_at: datetime | None
    reason: int | None
    this_update: datetime
    next_update: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicAnswer:
    """A BasicOCSPResponse, not yet judged."""

    tbs: bytes
    algorithm: Algorithm
    signature: bytes
    responder_name: bytes | None
    responder_key: bytes | None
    produced_at: datetime
    answers: tuple[SingleAnswer, ...]
    nonce: bytes | None
    certificates: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAnswer:
    """A usable answer. `responder` is the delegated responder's certificate, None when the issuer signed itself."""

    revoked_at: datetime | None
    reason: int | None
    responder: Certificate | None
    source: Source

    def as_good(self) -> "CheckedAnswer":
        return replace(self, revoked_at=None, reason=None)


def question(certificate: Certificate, issuer: Certificate, *, nonce: bytes | None = None) -> bytes:
    """Write the request for one certificate (RFC 6960, 4.1), identified with SHA-1 as every responder understands."""
    identity = encode.sequence(
        encode.algorithm(_SHA1, encode.null()),
        encode.octets(hashlib.sha1(issuer.subject, usedforsecurity=False).digest()),
        encode.octets(hashlib.sha1(key_bits(issuer.spki), usedforsecurity=False).digest()),
        encode.integer(certificate.serial),
    )
    extensions = b""
    if nonce is not None:
        value = encode.octets(encode.octets(nonce))
        extensions = encode.explicit(2, encode.sequence(encode.sequence(encode.oid(NONCE), value)))
    return encode.sequence(encode.sequence(encode.sequence(encode.sequence(identity)), extensions))


def key_bits(spki: bytes) -> bytes:
    """Cut the key out of a SubjectPublicKeyInfo, as CertID hashes it. Raises der.Malformed."""
    reader = Reader.whole(spki)
    reader.raw(der.SEQUENCE)
    return reader.bits()


def parse(data: bytes) -> BasicAnswer:
    """Read an OCSPResponse. Raises AnswerRefused when the responder gave none, der.Malformed for other bytes."""
    outer = Reader.whole(data)
    if outer.integer(der.ENUMERATED) != _SUCCESSFUL:
        raise AnswerRefused("the responder gave no answer")
    inner = outer.enter(der.explicit(0)).enter()
    outer.finish()
    if inner.oid() != BASIC:
        raise AnswerRefused("an answer of another type than basic")
    body = Reader.whole(inner.octets())
    inner.finish()
    tbs = body.raw(der.SEQUENCE)
    algorithm, signature = read_algorithm(body), body.bits()
    found: list[bytes] = []
    if (tagged := body.optional(der.explicit(0))) is not None:
        held = tagged.enter()
        while held.more():
            found.append(held.raw(der.SEQUENCE))
            if len(found) > _MOST_CERTIFICATES:
                raise Malformed("too many certificates in an answer")
    body.finish()
    return _response_data(tbs, algorithm, signature, tuple(found))


def _response_data(tbs: bytes, algorithm: Algorithm, signature: bytes, held: tuple[bytes, ...]) -> BasicAnswer:
    reader = Reader.whole(tbs)
    if (version := reader.optional(der.explicit(0))) is not None and version.integer() != 0:
        raise Malformed("a version of OCSP that does not exist")
    name = key = None
    if (tagged := reader.optional(der.explicit(1))) is not None:
        name = tagged.raw(der.SEQUENCE)
    else:
        key = reader.enter(der.explicit(2)).octets()
    produced_at = reader.time()
    inner, answers = reader.enter(), []
    while inner.more():
        answers.append(_single(inner.enter()))
        if len(answers) > _MOST_ANSWERS:
            raise Malformed("too many answers in one")
    nonce = None
    if (tagged := reader.optional(der.explicit(1))) is not None:
        extension = read_extensions(tagged).get(NONCE)
        if extension is not None:
            nonce = extension.value
    reader.finish()
    return BasicAnswer(
        tbs=tbs, algorithm=algorithm, signature=signature, responder_name=name, responder_key=key,
        produced_at=produced_at, answers=tuple(answers), nonce=nonce, certificates=held,
    )  # fmt: skip


def _single(reader: Reader) -> SingleAnswer:
    identity = reader.enter()
    algorithm, name_hash, key_hash, serial = (
        read_algorithm(identity), identity.octets(), identity.octets(), identity.integer(),
    )  # fmt: skip
    identity.finish()
    known, revoked_at, reason = True, None, None
    if (revoked := reader.optional(der.explicit(1))) is not None:
        revoked_at = revoked.time()
        if (tagged := revoked.optional(der.explicit(0))) is not None:
            reason = tagged.integer(der.ENUMERATED)
        revoked.finish()
    elif reader.peek() == der.implicit(0):
        reader.content()
    else:
        reader.content(der.implicit(2))
        known = False
    this_update = reader.time()
    tagged = reader.optional(der.explicit(0))
    next_update = None if tagged is None else tagged.time()
    if (tagged := reader.optional(der.explicit(1))) is not None and any(
        extension.critical for extension in read_extensions(tagged).values()
    ):
        raise Malformed("a critical extension in an answer")
    reader.finish()
    return SingleAnswer(
        hash_algorithm=algorithm, name_hash=name_hash, key_hash=key_hash, serial=serial, known=known,
        revoked_at=revoked_at, reason=reason, this_update=this_update, next_update=next_update,
    )  # fmt: skip


def check(
    fetched: FetchedAnswer, certificate: Certificate, issuer: Certificate, *, trust: Trust, at: datetime
) -> CheckedAnswer:
    """Judge an answer about one certificate at a time. Raises AnswerRefused, never der.Malformed."""
    if len(fetched.data) > trust.budgets.answer_bytes:
        raise AnswerRefused("the answer is too large")
    try:
        answer = parse(fetched.data)
        single = _about(answer, certificate, issuer)
        responder = verify_signature(answer, issuer, weak=trust.profile.weak_algorithms, at=at)
    except Malformed as fault:
        raise AnswerRefused(f"not an OCSP answer: {fault}") from None
    _check_dates(single, fetched, trust, at)
    if fetched.nonce is not None and answer.nonce is not None and answer.nonce != encode.octets(fetched.nonce):
        raise AnswerRefused("the answer is to another question")
    if not single.known:
        raise AnswerRefused("the responder does not know the certificate")
    if single.revoked_at == _NEVER and single.reason == crl.CERTIFICATE_HOLD:
        raise AnswerRefused("revoked in 1970: the responder does not know the certificate (RFC 6960, 2.2)")
    source = Source(
        kind=SourceKind.ANSWER,
        sha256=hashlib.sha256(fetched.data).hexdigest(),
        fetched_at=fetched.fetched_at,
        this_update=single.this_update,
        next_update=single.next_update,
    )
    return CheckedAnswer(revoked_at=single.revoked_at, reason=single.reason, responder=responder, source=source)


def _about(answer: BasicAnswer, certificate: Certificate, issuer: Certificate) -> SingleAnswer:
    for single in answer.answers:
        if single.serial == certificate.serial and _names_issuer(single, issuer):
            return single
    raise AnswerRefused("the answer is about another certificate")


def _names_issuer(single: SingleAnswer, issuer: Certificate) -> bool:
    if single.hash_algorithm.oid not in DIGESTS:
        return False
    hash_ = DIGESTS[single.hash_algorithm.oid]
    return single.name_hash == digest(hash_, issuer.subject) and single.key_hash == digest(hash_, key_bits(issuer.spki))


def verify_signature(answer: BasicAnswer, issuer: Certificate, *, weak: bool, at: datetime) -> Certificate | None:
    """Find who signed: the issuer (None) or a responder whom it certified for that (RFC 6960, 4.2.2.2).

    Raises AnswerRefused, der.Malformed.
    """
    try:
        scheme = scheme_of(answer.algorithm, weak=weak)
        issuer_key = keys.load(issuer.spki, weak=weak)
        if _is_responder(answer, issuer) and issuer_key.verify(scheme, answer.signature, answer.tbs):
            return None
        for data in answer.certificates:
            held = certificates.parse(data)
            if _is_responder(answer, held) and _delegated(held, issuer, issuer_key, weak=weak, at=at):
                if keys.load(held.spki, weak=weak).verify(scheme, answer.signature, answer.tbs):
                    return held
                raise AnswerRefused("the signature of the answer is wrong")
    except Refused as refused:
        raise AnswerRefused(refused.detail) from None
    raise AnswerRefused("neither the issuer nor a responder of its own signed the answer")


def _is_responder(answer: BasicAnswer, held: Certificate) -> bool:
    if answer.responder_name is not None:
        return names.same(answer.responder_name, held.subject)
    return answer.responder_key == hashlib.sha1(key_bits(held.spki), usedforsecurity=False).digest()


def _delegated(held: Certificate, issuer: Certificate, key: keys.PublicKey, *, weak: bool, at: datetime) -> bool:
    return (
        names.same(held.issuer, issuer.subject)
        and OCSP_SIGNING in (held.extended_key_usage or ())
        and held.allows(certificates.DIGITAL_SIGNATURE)
        and held.not_before <= at <= held.not_after
        and key.verify(scheme_of(held.algorithm, weak=weak), held.signature, held.tbs)
    )


def _check_dates(single: SingleAnswer, fetched: FetchedAnswer, trust: Trust, at: datetime) -> None:
    budgets = trust.budgets
    if single.this_update > at + budgets.clock_skew or fetched.fetched_at > at + budgets.clock_skew:
        raise AnswerRefused("the answer is of a later time")
    if single.next_update is not None and single.next_update < at:
        raise AnswerRefused("the answer is older than its next update")
    until_next = trust.profile.partial_lists and single.next_update is not None
    if not until_next and at - min(single.this_update, fetched.fetched_at) > budgets.answer_age:
        raise AnswerRefused("the answer is too old")
