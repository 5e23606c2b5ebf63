"""Results: a page in Kazakh and Russian as PDF/A, the performer's signature placed in it, the organisation's seal.

Pure: bytes in, bytes out. All of it is CPU work for a worker thread, and safe in any number of them.
"""

from shared.results.codes import VerificationCode, new_code, parse_code
from shared.results.errors import (
    CodeMalformedError,
    ForeignSignatureError,
    FormError,
    MalformedSignatureError,
    NotPreparedError,
    NotSignedError,
    ResultError,
    SealingKeyError,
    SignatureTooLongError,
)
from shared.results.page import Party, Signatory
from shared.results.performer import Prepared, embed, prepare
from shared.results.rendering import render
from shared.results.sealing import Sealer, seal
from shared.results.statement import QrKeys, QrKeyUnreadable, Statement, StatementForged, StatementUnreadable, qr_text

__all__ = [
    "CodeMalformedError",
    "ForeignSignatureError",
    "FormError",
    "MalformedSignatureError",
    "NotPreparedError",
    "NotSignedError",
    "Party",
    "Prepared",
    "QrKeyUnreadable",
    "QrKeys",
    "ResultError",
    "Sealer",
    "SealingKeyError",
    "Signatory",
    "SignatureTooLongError",
    "Statement",
    "StatementForged",
    "StatementUnreadable",
    "VerificationCode",
    "embed",
    "new_code",
    "parse_code",
    "prepare",
    "qr_text",
    "render",
    "seal",
]
