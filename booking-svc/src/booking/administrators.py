"""Who may keep a provider's doctors and schedules: its own administrators."""

from typing import Annotated

from fastapi import Depends

from shared.applications.access import Gateway
from shared.errors import Forbidden


class AdministratorOnly(Forbidden):
    code = "administrator-only"


async def provider_administered(caller: Gateway) -> str:
    """Give the BIN of the provider that the acting person administers; AdministratorOnly (403) for anyone else."""
    actor = caller.person
    if actor.kind != "staff" or actor.bin is None or "administrator" not in actor.roles:
        raise AdministratorOnly
    return actor.bin


AdministeredProvider = Annotated[str, Depends(provider_administered)]
