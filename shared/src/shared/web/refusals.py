"""What HTTP itself can refuse, as problems."""

from shared.errors import ProblemError


class BadRequest(ProblemError):
    """The request breaks HTTP or the framework's reading of it."""

    code = "bad-request"
    status = 400


class EmptyBody(ProblemError):
    """A body was needed and none came."""

    code = "empty-body"
    status = 400


class MalformedJson(ProblemError):
    """The body is not JSON in UTF-8."""

    code = "malformed-json"
    status = 400


class TooDeeplyNested(ProblemError):
    """The JSON has more levels than any request needs."""

    code = "too-deeply-nested"
    status = 400

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class UnsupportedMediaType(ProblemError):
    """The Content-Type is none that the route reads."""

    code = "unsupported-media-type"
    status = 415

    def __init__(self, expected: str = "application/json") -> None:
        super().__init__(expected=expected)


class BodyTooLarge(ProblemError):
    """More bytes came, or were announced, than the route reads."""

    code = "body-too-large"
    status = 413


class RequestTimeout(ProblemError):
    """The request was still not whole when its deadline came."""

    code = "request-timeout"
    status = 408
