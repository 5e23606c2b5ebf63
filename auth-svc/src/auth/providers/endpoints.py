"""`/admin/providers`: the region's operator describes the providers; others learn of it by event.

Who the administrator is, is found by a resource of the composition root: staff stand above providers.
"""

from typing import Annotated

from fastapi import Depends, Response

from auth.administrator import Administrator, AdministratorOnly, OperatorOnly
from auth.providers.schemas import ShownProvider, WrittenProvider
from auth.providers.service import ProviderNotFound, Providers
from auth.words import Bin, Code
from shared.personal import Bin as CheckedBin
from shared.personal import BinInvalid
from shared.shapes.accounts import ShownProviders
from shared.web import Assertion, Here, Now, Router, Session, allow, problems

router = Router(prefix="/admin/providers", tags=["administration"])


async def current_administrator(
    caller: Annotated[Assertion, Depends(allow("gateway"))], session: Session, here: Here, now: Now
) -> Administrator:
    administrator: Administrator = await here.resources["authorise"](session, caller.person, now)
    return administrator


async def providers(session: Session, here: Here) -> Providers:
    return Providers(session, outbox=here.outbox, law=here.resources["law"])


By = Annotated[Administrator, Depends(current_administrator)]
UseCases = Annotated[Providers, Depends(providers)]


@router.get("", responses=problems(AdministratorOnly))
async def list_providers(use: UseCases, by: By, region: Code | None = None) -> ShownProviders:
    return ShownProviders(items=[ShownProvider.of(provider) for provider in await use.seen_by(by, region)])


@router.get("/{organisation}", responses=problems(AdministratorOnly, ProviderNotFound))
async def show_provider(organisation: Bin, use: UseCases, by: By) -> ShownProvider:
    return ShownProvider.of(await use.one(organisation, by))


@router.put("/{organisation}", responses=problems(AdministratorOnly, OperatorOnly, BinInvalid))
async def put_provider(
    organisation: str, form: WrittenProvider, use: UseCases, by: By, here: Here, now: Now, response: Response
) -> ShownProvider:
    checked = CheckedBin.parse(organisation, allow_test=here.settings.allow_test_identities)
    provider = await use.put(form.described(checked.value), by, now)
    response.status_code = 201 if provider.version == 1 and provider.changed_at == now else 200
    return ShownProvider.of(provider)
