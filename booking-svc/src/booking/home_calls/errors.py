"""Why a visit cannot be set, or ended, as asked."""

from shared.errors import ProblemError


class VisitTimeUnfit(ProblemError):
    """The time of the visit is over, or too far ahead for somebody who is ill."""

    status = 422
    variants = ("visit-in-the-past", "visit-too-far-ahead")


class VisitEnded(ProblemError):
    """How the visit ended is on record already, and stays."""

    code = "visit-ended"
    status = 409


class VisitNotYet(ProblemError):
    """Nobody can have been there before the day of the visit."""

    code = "visit-not-yet"
    status = 409


class VisitBeingChanged(ProblemError):
    """The applicant has asked for another time, and a step about that is open."""

    code = "visit-being-changed"
    status = 409
