"""Why a caller is not let in, or not to this."""

from shared.errors import ProblemError

_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class _NotLetIn(ProblemError):
    status = 401
    condition = 1

    def __init__(self) -> None:
        super().__init__(headers=_CHALLENGE)


class AccessTokenMissing(_NotLetIn):
    code = "access-token-missing"


class AccessTokenInvalid(_NotLetIn):
    code = "access-token-invalid"


class AccessTokenExpired(_NotLetIn):
    code = "access-token-expired"


class SessionEnded(_NotLetIn):
    code = "session-ended"


class CitizensOnly(ProblemError):
    code = "citizens-only"
    status = 403


class StaffOnly(ProblemError):
    code = "staff-only"
    status = 403
