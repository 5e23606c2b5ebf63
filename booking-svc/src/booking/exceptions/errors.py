"""Why an exception is not made, and why an appointment under one stays where it is."""

from shared.errors import ProblemError


class ExceptionOverlaps(ProblemError):
    """The doctor has an exception that overlaps this one; `exception` names it."""

    code = "exception-overlaps"
    status = 409


class ExceptionOver(ProblemError):
    """It lies in the past, or was taken back: there is nothing left to do about it."""

    code = "exception-over"
    status = 409
