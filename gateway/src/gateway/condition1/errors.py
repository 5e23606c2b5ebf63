"""What is wrong with a request for a token before auth-svc sees it (RFC 6749, 5.2)."""

from shared.errors import ProblemError


class TokenRequestInvalid(ProblemError):
    code = "token-request-invalid"
    status = 400

    def __init__(self, error: str = "invalid_request") -> None:
        super().__init__(extra={"error": error}, headers={"Cache-Control": "no-store"})
