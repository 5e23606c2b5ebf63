"""Who may call and as whom: a guard stands in every endpoint's signature.

Every route here has one caller, the gateway. 404 instead of 403 for another person's object, 403 for a wrong role.
Dependencies are coroutines: FastAPI would send plain functions through its thread pool, at every request.
"""

from typing import Annotated, cast

from fastapi import Depends

from shared.applications.office import Office
from shared.errors import Forbidden, ProblemError
from shared.web import Actor, Assertion, Here, allow

Gateway = Annotated[Assertion, Depends(allow("gateway"))]


class StrongerLoginNeeded(ProblemError):
    """The account logged in with a password alone, and this needs the registration certificate."""

    code = "stronger-login-needed"
    status = 403


class WrongRole(Forbidden):
    """The staff member does not have the role that this step or list needs."""

    code = "wrong-role"


async def the_office(here: Here) -> Office:
    """Find the office that the application was built with."""
    return cast("Office", here.resources["office"])


TheOffice = Annotated[Office, Depends(the_office)]


async def citizen(caller: Gateway) -> Actor:
    """Let a citizen through."""
    actor = caller.person
    if actor.kind != "citizen":
        raise Forbidden
    return actor


async def staff(caller: Gateway) -> Actor:
    """Let a staff member of a provider through."""
    actor = caller.person
    if actor.kind != "staff" or actor.bin is None:
        raise Forbidden
    return actor


Citizen = Annotated[Actor, Depends(citizen)]
Staff = Annotated[Actor, Depends(staff)]
