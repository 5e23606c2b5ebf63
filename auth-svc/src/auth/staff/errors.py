"""Refusals of the administration of staff."""

from shared.errors import NotFound, ProblemError


class StaffNotFound(NotFound):
    """There is no such account among those that the administrator sees."""

    code = "staff-not-found"


class OrganisationNotFound(NotFound):
    """The organisation is none that the administrator administers."""

    code = "organisation-not-found"


class StaffExists(ProblemError):
    """The person has an account at this organisation."""

    code = "staff-exists"
    status = 409


class RoleUnknown(ProblemError):
    """No regulation of the organisation's regions names this performer, and it is no office."""

    code = "role-unknown"
    status = 422

    def __init__(self, unknown: list[str], known: list[str]) -> None:
        super().__init__(extra={"unknown": unknown, "known": known})


class OwnAccount(ProblemError):
    """An administrator does not close his own account or lay down his office: nobody might be left."""

    code = "own-account"
    status = 409
