"""Why a form token is not taken: each way has its own code, since each has another remedy."""

from shared.errors import ProblemError


class FormTokenForged(ProblemError):
    code = "form-token-forged"
    status = 422


class FormTokenExpired(ProblemError):
    code = "form-token-expired"
    status = 422


class FormTokenForAnotherPurpose(ProblemError):
    code = "form-token-for-another-purpose"
    status = 422


class FormTokenForAnotherService(ProblemError):
    code = "form-token-for-another-service"
    status = 422
