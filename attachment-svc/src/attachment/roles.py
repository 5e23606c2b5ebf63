"""Who may do what with the register: roles as data (`roles.toml`), asked for in each endpoint's signature."""

import tomllib
from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import Depends

from shared.applications.access import Staff, WrongRole
from shared.errors import Forbidden
from shared.web import Actor


class AdministratorOnly(Forbidden):
    code = "administrator-only"


@cache
def roles(deed: str) -> frozenset[str]:
    """Give the roles that may do a deed of `roles.toml`."""
    read = tomllib.loads((files("attachment") / "roles.toml").read_text("utf-8"))
    return frozenset(read[deed])


def may(deed: str) -> Callable[[Actor], Awaitable[Actor]]:
    """Make the dependency that lets staff with one of the deed's roles through; WrongRole (403) for others."""
    allowed = roles(deed)

    async def entitled(actor: Staff) -> Actor:
        if not actor.roles & allowed:
            raise WrongRole
        return actor

    return entitled


async def administered(actor: Staff) -> str:
    """Give the BIN of the provider that the acting person administers; AdministratorOnly (403) for anyone else."""
    if "administrator" not in actor.roles or actor.bin is None:
        raise AdministratorOnly
    return actor.bin


AdministeredProvider = Annotated[str, Depends(administered)]
MayLookUp = Annotated[Actor, Depends(may("look_up"))]
MayChange = Annotated[Actor, Depends(may("change"))]
MayRepresent = Annotated[Actor, Depends(may("represent"))]
"""Staff who may record and revoke rights to act for another."""
