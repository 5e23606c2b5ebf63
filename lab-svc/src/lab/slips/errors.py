"""Why a slip opens nothing."""

from shared.errors import Forbidden, NotFound, ProblemError


class SlipMistyped(ProblemError):
    """The check character does not fit: it was misread."""

    code = "slip-mistyped"
    status = 422


class SlipUnknown(NotFound):
    """No test of this provider has that slip, or it is no longer kept."""

    code = "slip-unknown"


class SlipNeeded(Forbidden):
    """The result of an anonymous test is handed over by who has opened the slip that was shown."""

    code = "slip-needed"
