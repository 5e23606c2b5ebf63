"""Condition 2 (akmola 8(7), zhambyl 11(6)): a document and its CMS signature in, a verdict out.

The plan, with the numbers of docs/condition-2.md and of `Code.step`:

 1. read the envelope within limits; the content it carries, if any, is the document, byte for byte
 2. exactly one signer, whose certificate is in the message
 3. algorithms that are verified here and agree; signed attributes that belong to this document and certificate
 4. the signature, under the certificate's key
 5. a path to a pinned root, through the trust configuration alone
 6. the validity period, at the given time
 7. a certificate for signing documents: an authentication key is refused
 8. not revoked, by usable lists and answers; where none is usable the verdict is unknown
 9. the IIN, against the expected one
10. BIN and role

An invalid identity (9, 10) goes before an unknown status (8): trying again would not help.

The caller MUST still compare what the document says (applicant's IIN, purpose, form token) with the session, MUST
store document, signature and evidence, and MUST treat UNKNOWN as "not now".
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from shared.pki import attributes, certificate, cms, identity, ocsp, timestamps, usage
from shared.pki import signer as signers
from shared.pki.certificate import Certificate
from shared.pki.codes import Code, Refused
from shared.pki.der import Malformed
from shared.pki.expectation import Expectation
from shared.pki.issuers import Issuers, Path
from shared.pki.keys import load
from shared.pki.ocsp import FetchedAnswer, Question
from shared.pki.revocation import Outcome, RevocationIndex, Revocations, Status
from shared.pki.signer import Signer
from shared.pki.stamp import TimeStamp
from shared.pki.trust import Trust
from shared.pki.verdict import Evidence, Source, Verdict

_KEPT_CERTIFICATES = 2048


class Verifier:
    """Verifies against one Trust and the lists that the index holds now. Safe among threads; build it once."""

    def __init__(self, trust: Trust, index: RevocationIndex) -> None:
        self._trust, self._index = trust, index
        self._issuers = Issuers(trust)
        self._parse = lru_cache(maxsize=_KEPT_CERTIFICATES)(certificate.parse)

    def verify(
        self,
        document: bytes,
        signature: bytes,
        *,
        at: datetime,
        expect: Expectation,
        answers: Sequence[FetchedAnswer] = (),
        known: Sequence[bytes] = (),
    ) -> Verdict:
        """Carry out condition 2 at an instant (aware). Never raises for foreign bytes; ValueError for a naive `at`.

        `known` are certificates from elsewhere, for a message without any: the judge has them, a gateway has none.
        """
        if at.tzinfo is None:
            raise ValueError("the time of judgement needs a zone")
        examination = _Examination(self, document, signature, at, expect, answers, known)
        return examination.run()

    def standing(
        self, path: Sequence[bytes], *, signed_at: datetime, now: datetime, answers: Sequence[FetchedAnswer] = ()
    ) -> Code:
        """Judge a signer again, by what is known now: was his certificate good when he signed? Never raises.

        `path` is that of a verdict (DER, leaf first). A revocation dated after `signed_at` is none. Signature and
        document are not looked at: they were judged when the signature was received.
        """
        try:
            leaf = self._parse(path[0])
            found = self._issuers.find(leaf, signed_at)
            check_period(leaf, signed_at)
            judge = Revocations(
                self._trust, self._issuers, self._index.snapshot, answers, now, signed_at=signed_at
            )  # fmt: skip
            return _standing(judge, found)
        except Refused as refused:
            return refused.code
        except (Malformed, IndexError):
            return Code.CERTIFICATE_MALFORMED

    def question(self, verdict: Verdict) -> Question | None:
        """Say what to ask which responder when a verdict is unknown; None when no responder is configured."""
        if verdict.code is not Code.NO_REVOCATION_DATA:
            return None
        return self.question_about(verdict.evidence.path)

    def question_about(self, path: Sequence[bytes]) -> Question | None:
        """Say what to ask about the first certificate of a path; None when no responder is configured for it."""
        if len(path) < 2:  # noqa: PLR2004
            return None
        leaf, issuer = (self._parse(data) for data in path[:2])
        for responder in self._trust.responders:
            if responder.issuer == issuer:
                return Question(url=responder.url, body=ocsp.question(leaf, issuer))
        return None


class _Examination:
    """One run of the plan. Keeps what was found so far, so that a refusal can still say who signed."""

    def __init__(
        self, verifier: Verifier, document: bytes, signature: bytes, at: datetime, expect: Expectation,
        answers: Sequence[FetchedAnswer], known: Sequence[bytes],
    ) -> None:  # fmt: skip
        self._trust, self._issuers, self._parse = verifier._trust, verifier._issuers, verifier._parse  # noqa: SLF001
        self._snapshot = verifier._index.snapshot  # noqa: SLF001
        self._document, self._signature, self._at, self._expect, self._answers = (
            document,
            signature,
            at,
            expect,
            answers,
        )
        self._known = known
        self._signer: Signer | None = None
        self._stamp: TimeStamp | None = None
        self._path: Path | None = None
        self._sources: tuple[Source, ...] = ()
        self._list_signers: tuple[Certificate, ...] = ()

    def run(self) -> Verdict:
        try:
            self._steps()
            code, detail = Code.VALID, "the signature is the expected person's"
        except Refused as refused:
            code, detail = refused.code, refused.detail
        except Malformed as fault:
            code, detail = Code.CERTIFICATE_MALFORMED, f"a certificate of the path: {fault}"
        return Verdict(code=code, detail=detail, signer=self._signer, evidence=self._evidence())

    def _steps(self) -> None:
        message, content = self._read_envelope()  # 1
        info, leaf = self._find_signer(message)  # 2
        weak = self._trust.profile.weak_algorithms
        self._stamp = timestamps.read(info, self._trust)
        scheme = attributes.choose_scheme(message, info, weak=weak)  # 3
        key = load(leaf.spki, weak=weak)
        self._signer = signers.read(leaf, key, cms.signing_time(info))
        signed = attributes.signed_bytes(info, message.content_type, content, scheme.hash, leaf)
        if not key.verify(scheme, info.signature, signed):  # 4
            raise Refused(Code.SIGNATURE_INVALID, "the signature is not of this certificate's key")
        self._path = self._issuers.find(leaf, self._at)  # 5, and 6 for the issuers
        check_period(leaf, self._at)  # 6
        usage.check(leaf)  # 7
        status = self._status(self._path)  # 8
        test = self._trust.is_test(self._path.issuers.anchor)
        identity.check_iin(self._signer, self._expect, test=test)  # 9
        identity.check_bin(self._signer, self._expect, test=test)  # 10
        identity.check_roles(self._signer, self._expect)
        if status.outcome is Outcome.UNKNOWN:  # 8 again: nothing else speaks against it
            raise Refused(Code.NO_REVOCATION_DATA, status.detail)

    def _read_envelope(self) -> tuple[cms.SignedMessage, bytes]:
        budgets = self._trust.budgets
        if len(self._document) > budgets.document_bytes:
            raise Refused(Code.DOCUMENT_TOO_LARGE, f"more than {budgets.document_bytes} bytes")
        if len(self._signature) > budgets.signature_bytes:
            raise Refused(Code.SIGNATURE_TOO_LARGE, f"more than {budgets.signature_bytes} bytes")
        message = cms.parse(self._signature, max_certificates=budgets.certificates)
        if message.content_type != cms.DATA:
            raise Refused(Code.CONTENT_TYPE_REFUSED, "what is signed is not plain data")
        if message.content is not None and message.content != self._document:
            raise Refused(Code.CONTENT_DIFFERS, "the signature carries another content than the document")
        return message, self._document

    def _find_signer(self, message: cms.SignedMessage) -> tuple[cms.SignerInfo, Certificate]:
        info = message.signers[0]
        held = message.certificates or self._known
        return info, find_certificate(held, info, self._parse, self._trust.budgets.certificate_bytes)

    def _status(self, path: Path) -> Status:
        chain = path.issuers
        judge = Revocations(self._trust, self._issuers, self._snapshot, self._answers, self._at)
        status = judge.status(path.leaf, chain.certificates)
        self._sources, self._list_signers = status.sources, status.signers
        if status.outcome is Outcome.REVOKED:
            raise Refused(Code.CERTIFICATE_REVOKED, status.detail)
        for authority, above in chain.above():
            over = judge.status(authority, above)
            if over.outcome is Outcome.REVOKED:
                raise Refused(Code.ISSUER_REVOKED, f"an authority of the path is {over.detail}")
            if over.unreadable:
                status = over  # unlike an authority of which nothing is known, this one is named
            self._sources += over.sources
            self._list_signers += over.signers
        return status

    def _evidence(self) -> Evidence:
        path: tuple[bytes, ...] = ()
        if self._path is not None:
            path = (self._path.leaf.der, *(held.der for held in self._path.issuers.certificates))
        return Evidence(
            at=self._at,
            document_sha256=hashlib.sha256(self._document).hexdigest(),
            signature_sha256=hashlib.sha256(self._signature).hexdigest(),
            path=path,
            revocation=tuple(dict.fromkeys(self._sources)),
            list_signers=tuple(
                found for found in dict.fromkeys(one.der for one in self._list_signers) if found not in path
            ),
            time_stamp=self._stamp,
        )


def _standing(judge: Revocations, path: Path) -> Code:
    """Step 8 over a whole path, as `_Examination._status` has it, for a signature of an earlier time."""
    chain = path.issuers
    status = judge.status(path.leaf, chain.certificates)
    if status.outcome is Outcome.REVOKED:
        return Code.CERTIFICATE_REVOKED
    for authority, above in chain.above():
        over = judge.status(authority, above)
        if over.outcome is Outcome.REVOKED:
            return Code.ISSUER_REVOKED
        if over.unreadable:
            status = over
    return Code.VALID if status.outcome is Outcome.GOOD else Code.NO_REVOCATION_DATA


def check_period(leaf: Certificate, at: datetime) -> None:
    """Step 6. Raises Refused: certificate-not-yet-valid, certificate-expired."""
    if at < leaf.not_before:
        raise Refused(Code.CERTIFICATE_NOT_YET_VALID, f"valid from {leaf.not_before:%Y-%m-%d %H:%M:%S} UTC")
    if at > leaf.not_after:
        raise Refused(Code.CERTIFICATE_EXPIRED, f"expired on {leaf.not_after:%Y-%m-%d %H:%M:%S} UTC")


def find_certificate(
    candidates: Iterable[bytes], info: cms.SignerInfo, parse: Callable[[bytes], Certificate], limit: int
) -> Certificate:
    """Step 2: find the certificate that the signer names among those at hand.

    Raises Refused: no-certificate, certificate-malformed.
    """
    for data in candidates:
        if len(data) > limit:
            raise Refused(Code.CERTIFICATE_MALFORMED, f"a certificate of more than {limit} bytes")
        try:
            held = parse(data)
        except Malformed as fault:
            raise Refused(Code.CERTIFICATE_MALFORMED, f"a certificate in the message: {fault}") from None
        if info.subject_key is not None:
            if held.subject_key == info.subject_key:
                return held
        elif held.serial == info.serial and held.issuer == info.issuer:
            return held
    raise Refused(Code.NO_CERTIFICATE, "the signer's certificate is not in the message")
