"""Why an application is not changed; it stays as it was."""

from shared.errors import ProblemError


class ChangeNotOffered(ProblemError):
    """The regulation knows no such change here, or there is nothing left to change."""

    status = 409
    variants = ("not-reschedulable", "not-withdrawable")


class CutOffPassed(ProblemError):
    """It is too late; `cut_off_at` says when the last moment for a change was."""

    code = "cut-off-passed"
    status = 409
