"""Why a period of disability cannot be certified. Nothing here says where else, or for what, it was certified."""

from shared.errors import ProblemError


class PeriodOverlaps(ProblemError):
    """The person has a sheet or certificate for some of these days already."""

    code = "disability-overlaps"
    status = 409


class OpenElsewhere(ProblemError):
    """Another provider's sheet or certificate of the person is still open: it ends, or is continued there."""

    code = "disability-open-elsewhere"
    status = 409


class TooManyDays(ProblemError):
    """The chain would have more days than whoever decides may give; `days` says how many that is."""

    code = "disability-too-long"
    status = 409

    def __init__(self, days: int = 0) -> None:
        super().__init__(extra={"days": days})
