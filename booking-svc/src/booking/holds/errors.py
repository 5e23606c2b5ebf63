"""Why a slot cannot be held, besides the reasons for which it cannot be taken."""

from shared.errors import ProblemError


class HoldNotOffered(ProblemError):
    """The regulation lets no citizen choose a time here: the performer gives it."""

    code = "hold-not-offered"
    status = 409
