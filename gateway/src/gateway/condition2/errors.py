"""What condition 2 answers: a refusal is process 4 with the examination's own code, an unknown is "not now"."""

from datetime import timedelta

from shared.errors import ProblemError
from shared.pki.codes import Code, Value


class SignatureNotConfirmed(ProblemError):
    """Process 4: the signature is not confirmed; the notice has a number and lies in the cabinet."""

    code = "signature-invalid"
    status = 422
    condition = 2
    process = 4
    variants = tuple(code.value for code in Code if code.verdict is Value.INVALID and code is not Code.CASE_UNREADABLE)


class SignatureNotJudged(ProblemError):
    """No usable revocation data: nothing is stored or used up, and the same document may succeed in a minute."""

    code = Code.NO_REVOCATION_DATA.value
    status = 503
    condition = 2

    def __init__(self) -> None:
        super().__init__(retry_after=timedelta(seconds=10))


class SignatureNotBase64(ProblemError):
    code = "signature-base64"
    status = 422
