"""What can be applied to: `GET /providers`."""

from shared.applications.access import Gateway, TheOffice
from shared.applications.providers import repository
from shared.applications.providers.schemas import ProviderList, ProviderOut
from shared.web import Router, Session

router = Router(tags=["catalogue"])


@router.get("/providers")
async def list_providers(
    session: Session, office: TheOffice, _caller: Gateway, region: str | None = None, service: str | None = None
) -> ProviderList:
    """List providers that offer the services of this owner."""
    found = await repository.offered(session, region=region, service=service, ours=sorted(office.modules))
    return ProviderList(items=[ProviderOut.of(provider) for provider in found])
