"""The performer's signature: the PDF is made ready here, signed where the performer's key is, and completed later.

Between `prepare` and `embed` lie up to thirty minutes and perhaps another process: the prepared file's bytes are all
the state there is.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Final, Self

from shared.results import cms
from shared.results.errors import NotPreparedError, SignatureTooLongError

ROOM: Final = 16 * 1024
"""Bytes kept for the CMS: a GOST or RSA chain with a time stamp takes 3 to 10 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A PDF that waits for the performer's signature. Store `pdf`, nothing else; `restore` makes it this again."""

    pdf: bytes
    span: tuple[int, int]

    @property
    def to_sign(self) -> bytes:
        """The exact bytes to sign (detached): the file without the placeholder, as the byte range says."""
        start, end = self.span
        return self.pdf[:start] + self.pdf[end:]

    @property
    def sha256(self) -> str:
        """SHA-256 of `to_sign` in hexadecimal: what the signed step is known by."""
        return hashlib.sha256(self.to_sign).hexdigest()

    @classmethod
    def restore(cls, pdf: bytes) -> Self:
        """Read a stored prepared file back.

        Raises:
            NotPreparedError: it is not one, or it was signed already.
        """
        fields = _fields()
        start, end = fields.last_span(pdf, (fields.PERFORMER,))
        if pdf[start + 1 : end - 1].strip(b"0"):
            raise NotPreparedError("already signed")
        return cls(pdf=pdf, span=(start, end))


def prepare(pdf: bytes, *, at: datetime) -> Prepared:
    """Add the invisible field `performer` (`adbe.pkcs7.detached`) with room for a CMS made elsewhere.

    `at` is the time that the signature dictionary claims (`/M`). CPU work: call it in a worker thread.
    """
    fields = _fields()
    waiting, span = fields.reserve(pdf, fields.PERFORMER, at=at, room=ROOM)
    return Prepared(pdf=waiting, span=span)


def embed(prepared: Prepared, signature: bytes) -> bytes:
    """Put the performer's CMS (DER or BER, detached or enveloping) into its place and return the signed PDF.

    The caller MUST have verified `signature` over `prepared.to_sign` by `shared.pki`: certificate, role, path,
    revocation. Here only the message digest is compared, and GOST's is not.

    Raises:
        MalformedSignatureError, ForeignSignatureError, SignatureTooLongError: nothing was written.
    """
    der = cms.detached(signature, prepared.to_sign)
    start, end = prepared.span
    if 2 * len(der) > end - start - 2:
        raise SignatureTooLongError(f"{len(der)} bytes, room for {(end - start - 2) // 2}")
    signed: bytes = _fields().fill(prepared.pdf, prepared.span, der)
    return signed


def _fields() -> ModuleType:
    from shared.results import fields  # noqa: PLC0415 - pyHanko: processes that never sign do not wait for it

    return fields
