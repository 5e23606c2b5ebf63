"""Why a request for enrolment is not taken, or its step cannot be completed."""

from shared.errors import ProblemError


class RequestAlreadyOpen(ProblemError):
    """One request at a time: another one about the same person waits for its answer."""

    code = "attachment-request-open"
    status = 409


class RightNotShown(ProblemError):
    """Somebody applies for another: no right of his is on record, and no document shows one."""

    code = "representation-not-shown"
    status = 422
