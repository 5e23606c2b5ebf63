"""Why a file cannot be imported at all."""

from shared.errors import ProblemError


class ImportUnderWay(ProblemError):
    """Another process takes the same file over at the same time."""

    code = "import-under-way"
    status = 409
