"""Refusals of a login: process 2, with the number of the notice, and with RFC 6749's `error` besides (section 5.2)."""

from shared.errors import ProblemError


class LoginRefused(ProblemError):
    """Unknown account, wrong password, pause after failures, another's certificate, used challenge: all alike.

    Akmola 8(3)-(4), zhambyl 11(3)-(4): condition 1 and process 2.
    """

    code = "login-refused"
    status = 400
    condition = 1
    process = 2

    def numbered(self, notice: str) -> "LoginRefused":
        self.extra |= {"error": "invalid_grant", "notice": notice}
        return self


class CertificateRefused(LoginRefused):
    """The gateway found the login's signature or certificate wanting; it is the person's own, so he is told why."""

    code = "login-certificate-refused"

    def __init__(self, certificate: str) -> None:
        super().__init__(extra={"certificate": certificate})


class RefreshRefused(LoginRefused):
    """The refresh token is unknown, over or used, or its session ended."""

    code = "refresh-refused"


class TokenRequestInvalid(ProblemError):
    """The members do not belong together, or the grant is none of ours."""

    code = "token-request-invalid"
    status = 400

    def __init__(self, error: str = "invalid_request") -> None:
        super().__init__(extra={"error": error})
