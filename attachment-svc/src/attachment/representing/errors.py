"""Why a right to represent cannot be recorded or revoked."""

from shared.errors import ProblemError


class RepresentationRecorded(ProblemError):
    """The two have a right for some of these days already."""

    code = "representation-recorded"
    status = 409


class RepresentationEnded(ProblemError):
    """The right would end before it begins: the represented person is of age, or the document's time is over."""

    code = "representation-ended"
    status = 422


class RepresentationRevoked(ProblemError):
    code = "representation-revoked"
    status = 409
