"""Why an appointment is left as it is."""

from shared.errors import ProblemError


class AppointmentNotBegun(ProblemError):
    """Nobody can know yet whether the person comes; `starts_at` says when."""

    code = "appointment-not-begun"
    status = 409


class AppointmentBegun(ProblemError):
    """It is too late to cancel; whether the person came can be noted."""

    code = "appointment-begun"
    status = 409


class AppointmentNotConfirmed(ProblemError):
    """A step of the performer is still open, or the seal is not there yet."""

    code = "appointment-not-confirmed"
    status = 409


class AttendanceAlreadyRecorded(ProblemError):
    code = "attendance-recorded"
    status = 409


class AppointmentGone(ProblemError):
    """The application has no time (any more), or the regulation knows no such deed."""

    code = "appointment-gone"
    status = 409
