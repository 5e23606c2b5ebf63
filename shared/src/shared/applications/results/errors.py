"""Why a result is not annulled, or not issued anew; it stays as it was."""

from shared.errors import Conflict, ProblemError


class AnnulmentNotOffered(ProblemError):
    """The regulations folder says nothing of annulment."""

    code = "annulment-not-offered"
    status = 409


class NothingInForce(Conflict):
    """The application has no sealed result in force."""

    code = "no-result-in-force"


class ResultAnnulled(Conflict):
    """The result is out of force already: annulled, or replaced by another."""

    code = "result-annulled"


class NotReissued(Conflict):
    """No result of the application was annulled, or a corrected one is being made already."""

    code = "not-reissuable"
