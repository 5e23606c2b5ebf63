"""Why a workstation gets no stream."""

from shared.errors import ProblemError


class TooManyStreams(ProblemError):
    code = "too-many-streams"
    status = 503


class LastEventIdInvalid(ProblemError):
    code = "last-event-id-invalid"
    status = 422
