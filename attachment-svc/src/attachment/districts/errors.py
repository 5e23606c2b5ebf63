"""Why a district cannot be as it was described."""

from shared.errors import ProblemError


class DistrictsOverlap(ProblemError):
    """A house would belong to two districts, or twice to one."""

    code = "districts-overlap"
    status = 409


class DistrictNameTaken(ProblemError):
    code = "district-name-taken"
    status = 409
