"""Why a slot cannot be had. Each refuses the document as a whole: nothing is used up, the citizen signs a new one."""

from shared.errors import ProblemError


class SlotUnknown(ProblemError):
    code = "slot-unknown"
    status = 422


class SlotOfAnotherProvider(ProblemError):
    code = "slot-of-another-provider"
    status = 422


class SlotTimeMismatch(ProblemError):
    """The signed document says another time than the slot has: what was read is not what would be booked."""

    code = "slot-time-mismatch"
    status = 422


class SlotAlreadyTaken(ProblemError):
    code = "slot-taken"
    status = 409


class SlotInThePast(ProblemError):
    code = "slot-in-the-past"
    status = 409


class SlotOutsideSchedule(ProblemError):
    """The doctor's schedule has changed, and no longer has this time."""

    code = "slot-outside-schedule"
    status = 409


class DoctorUnknown(ProblemError):
    """The provider has no such doctor, or he no longer sees patients."""

    code = "doctor-unknown"
    status = 422


class SpecialtyUnknown(ProblemError):
    """The provider has no doctor of that specialty."""

    code = "specialty-unknown"
    status = 422


class NoTimeSuits(ProblemError):
    """The times that the citizen named are over, or end before they begin."""

    code = "times-in-the-past"
    status = 422
