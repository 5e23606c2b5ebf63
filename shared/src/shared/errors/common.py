"""Errors that any service may need; those of one domain live beside what raises them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.errors.problem import ProblemError


class NotFound(ProblemError):
    """There is no such thing, or it belongs to someone else: the two are never told apart."""

    code = "not-found"
    status = 404


class Unauthenticated(ProblemError):
    """The caller did not prove who he is."""

    code = "unauthenticated"
    status = 401


class Forbidden(ProblemError):
    """The caller is known and may not do this; never used for another person's object (that is `NotFound`)."""

    code = "forbidden"
    status = 403


class MethodNotAllowed(ProblemError):
    """The path exists, the method does not."""

    code = "method-not-allowed"
    status = 405


class Conflict(ProblemError):
    """The state of the thing changed since the caller looked at it."""

    code = "conflict"
    status = 409


class TooManyRequests(ProblemError):
    """A rate limit is used up; `retry_after` says for how long."""

    code = "too-many-requests"
    status = 429


class InternalError(ProblemError):
    """Something failed that should not; the request id leads to the log."""

    code = "internal-error"
    status = 500


class ServiceAway(ProblemError):
    """Something that this request needs cannot be reached; nothing was done or used up, and it may be sent again."""

    code = "service-away"
    status = 503

    def __init__(self, service: str, *, retry_after: timedelta = timedelta(seconds=2)) -> None:
        super().__init__(service=service, retry_after=retry_after)
        self.service = service


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One wrong field: a JSON pointer into the request and a stable code of `shared/errors/fields.toml`."""

    pointer: str
    code: str


class InvalidRequest(ProblemError):
    """Fields of the request are missing or wrong; each is named with a code and a message."""

    code = "invalid-request"
    status = 422

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(count=len(errors))
        self.errors = tuple(errors)
