"""What a person can do about a ground of refusal: where the register lacks him, the service that enters him."""

from dataclasses import dataclass

from shared.applications.asking import REGISTER
from shared.applications.office import Office
from shared.procedure import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A service of the catalogue (`region.service`), and where it is described."""

    service: str
    url: str

    def to_json(self) -> dict[str, str]:
        """Write it as problems and notices show it."""
        return {"service": self.service, "url": self.url}


def remedy(office: Office, edition: Edition, ground: str | None) -> Remedy | None:
    """Find what removes the ground of a precondition: the service of the region whose owner keeps the register.

    None for any other ground, and within that service itself.
    """
    required = {each.ground for step in edition.steps for each in step.preconditions}
    if ground not in required or edition.owner == REGISTER:
        return None
    for (region, service), editions in office.regulations.editions.items():
        if region == edition.region and editions[-1].owner == REGISTER:
            return Remedy(service=f"{region}.{service}", url=f"{_public(office)}/services/{region}.{service}")
    return None


def _public(office: Office) -> str:
    """Give the address of the public API: what stands before the verification route."""
    return office.settings.verify_url.removesuffix("/verify")
