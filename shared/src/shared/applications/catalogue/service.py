"""Publish regulations as data: what the decree prescribes, with the clause beside each step, limit and ground."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.applications.catalogue.page import RegulationPage
from shared.applications.catalogue.regulation import annulment, whole
from shared.applications.office import Office, ServiceNotOffered
from shared.errors import FieldError, InvalidRequest
from shared.procedure import Channel, Edition, form_schema
from shared.procedure.flowchart import draw, flowchart
from shared.procedure.forms import Purpose
from shared.procedure.texts import Language

COUNTRY_ZONE = ZoneInfo("Asia/Almaty")
"""Kazakhstan has one time zone since 1 March 2024; the catalogue, which has no provider, is read in it."""


class Catalogue:
    """Read the regulations that this owner carries out."""

    def __init__(self, office: Office, now: datetime) -> None:
        self._office = office
        self._today = now.astimezone(COUNTRY_ZONE).date()

    def services(self) -> list[dict[str, Any]]:
        """List the editions in force today."""
        found = (
            _service(edition)
            for edition in self._office.regulations.current(self._today)
            if edition.service in self._office.modules
        )
        return sorted(found, key=lambda each: (each["region"], each["service"]))

    def edition(self, key: str) -> Edition:
        """Find by `region.service` what is in force today; raises ServiceNotOffered."""
        region, _, service = key.partition(".")
        return self._office.edition(region, service, self._today)

    def service(self, key: str) -> dict[str, Any]:
        """Describe one service; raises ServiceNotOffered."""
        return _service(self.edition(key))

    def form(self, key: str, *, purpose: Purpose, channel: Channel, language: Language) -> dict[str, Any]:
        """Give the form's schema; raises ServiceNotOffered for a channel that the service does not have."""
        edition = self.edition(key)
        if channel not in edition.channels:
            raise ServiceNotOffered
        return {
            "region": edition.region,
            "service": edition.service,
            "edition": edition.id,
            "purpose": purpose,
            "channel": str(channel),
            "documents": edition.channels[channel].documents,
            "form": form_schema(edition, language, channel=channel, purpose=purpose),
        }

    def diagram(self, key: str, *, channel: Channel | None, variant: str | None, language: Language) -> str:
        """Draw a channel, the first one where none is named; raises ServiceNotOffered, InvalidRequest (variant)."""
        edition = self.edition(key)
        if channel is not None and channel not in edition.channels:
            raise ServiceNotOffered
        if variant is not None and variant not in {one.key for one in edition.variants}:
            raise InvalidRequest([FieldError(pointer="/variant", code="invalid")])
        chart = flowchart(
            edition,
            self._office.regulations.regions[edition.region].organisations,
            channel=channel or next(iter(edition.channels)),
            variant=variant,
            language=language,
        )
        return draw(chart)

    def page(self, key: str, language: Language) -> str:
        """Write the regulation as a page for people."""
        edition, regulations = self.edition(key), self._office.regulations
        return RegulationPage(edition, regulations.regions[edition.region], regulations.annulment, language).write()

    def regulation(self, key: str) -> dict[str, Any]:
        """Give the whole regulation as data."""
        edition = self.edition(key)
        region = self._office.regulations.regions[edition.region]
        return _service(edition) | whole(edition, region) | {"annulment": annulment(self._office.regulations)}


def _service(edition: Edition) -> dict[str, Any]:
    return {
        "key": f"{edition.region}.{edition.service}",
        "region": edition.region,
        "service": edition.service,
        "edition": edition.id,
        "adopted_from": edition.adopted_from.isoformat(),
        "title": edition.title.to_json(),
        "channels": [str(channel) for channel in edition.channels],
        "acr": edition.acr,
    }
