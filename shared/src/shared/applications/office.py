"""What every use case of a case file works with: the law, the service's modules, keys and names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from jsonschema import Draft202012Validator

from shared.applications.case import ChangesTimes, Provider, ServiceModule
from shared.applications.fields import form_of
from shared.applications.register import NoRegister, PopulationRegister
from shared.applications.settings import ApplicationsSettings
from shared.db import parse_public_id, public_id
from shared.errors import ProblemError
from shared.events import Outbox, application_topic
from shared.personal import Persons
from shared.procedure import Channel, Edition, NoEditionInForce, Regulations, WorkingClock, form_schema
from shared.results import QrKeys

PREFIXES: Mapping[str, str] = {"booking": "bkg", "attachment": "att", "certificate": "crt", "lab": "lab"}
"""The owner's mark on public ids, numbers and verification codes, by which the gateway routes."""


class ServiceNotOffered(ProblemError):
    """No regulation of that region and service is in force here, or the provider does not offer it."""

    code = "service-not-offered"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a module needs that keeps personal data or tells facts of its own; there at the start, and not before."""

    persons: Persons
    outbox: Outbox
    regulations: Regulations
    organisations: Mapping[str, str] = field(default_factory=dict)

    def place(self, region: str, organisation: str | None, provider: str) -> str:
        """Say at which provider (BIN) a step is carried out: the organisation it names, else where one applied."""
        return placed(self.organisations, region, organisation, provider)


def placed(organisations: Mapping[str, str], region: str, organisation: str | None, provider: str) -> str:
    """Say who (BIN) an organisation of a region is: `provider`, where the settings name nobody for it."""
    return organisations.get(f"{region}.{organisation}") or provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Hold the collaborators of one owning service; built once at start."""

    service: str
    settings: ApplicationsSettings
    regulations: Regulations
    modules: Mapping[str, ServiceModule]
    persons: Persons
    outbox: Outbox
    register: PopulationRegister = field(default_factory=NoRegister)
    qr: QrKeys | None = None
    """Signs what the QR codes say; without it they hold the address alone, which production refuses."""
    _forms: dict[tuple[str, Channel, str | None], Draft202012Validator] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Refuse, with a TypeError, a module that cannot do what a regulation asks of it; and a place left unnamed."""
        for (_, service), editions in self.regulations.editions.items():
            if service in self.modules and any(edition.reschedules for edition in editions):
                self.changing_times(service)
        self._need_places()

    def _need_places(self) -> None:
        """Refuse, in production, that a step of another organisation falls to the provider since nobody named one."""
        offered = (
            edition
            for (_, service), editions in self.regulations.editions.items()
            for edition in editions
            if service in self.modules
        )
        named = ((edition.region, step.organisation) for edition in offered for step in edition.steps)
        wanted = {f"{region}.{organisation}" for region, organisation in named if organisation}
        if self.settings.production and (missing := sorted(wanted - self.settings.organisations.keys())):
            raise TypeError(f"SHLYUZ_ORGANISATIONS must name (empty: the provider itself): {', '.join(missing)}")

    @property
    def prefix(self) -> str:
        """Give the owner's mark: `bkg`."""
        return PREFIXES[self.service]

    @property
    def topic(self) -> str:
        """Name the Kafka topic of this service's applications."""
        return application_topic(self.service)

    def public(self, value: UUID) -> str:
        """Write an id as the public sees it."""
        return public_id(self.prefix, value)

    def parse(self, text: str) -> UUID:
        """Read a public id of this owner; raises NotFound for any other text."""
        return parse_public_id(self.prefix, text)

    def place(self, region: str, organisation: str | None, provider: str) -> str:
        """Say at which provider (BIN) a step is carried out: the organisation it names, else where one applied."""
        return placed(self.settings.organisations, region, organisation, provider)

    def module(self, service: str) -> ServiceModule:
        """Find the module that carries out a service; raises ServiceNotOffered."""
        try:
            return self.modules[service]
        except KeyError:
            raise ServiceNotOffered from None

    def changing_times(self, service: str) -> ChangesTimes:
        """Find the module that changes the times of a service; raises TypeError for one that cannot."""
        module = self.module(service)
        if not isinstance(module, ChangesTimes):
            raise TypeError(f"a regulation lets a time of {service} be changed, and its module cannot")
        return module

    def edition(self, region: str, service: str, on: date) -> Edition:
        """Find the edition in force on a local date; raises ServiceNotOffered."""
        self.module(service)
        try:
            return self.regulations.edition(region, service, on)
        except NoEditionInForce:
            raise ServiceNotOffered from None

    def form(self, edition: Edition, channel: Channel, variant: str | None = None) -> Draft202012Validator:
        """Give what checks an application's fields: made once for each route, asked at every acceptance."""
        known = (edition.id, channel, variant)
        if known not in self._forms:
            self._forms[known] = form_of(form_schema(edition, channel=channel, variant=variant))
        return self._forms[known]

    def clock(self, provider: Provider) -> WorkingClock:
        """Combine the country's calendar with the provider's opening hours."""
        return WorkingClock(calendar=self.regulations.calendar, hours=provider.hours)


def by_service(modules: Sequence[ServiceModule]) -> dict[str, ServiceModule]:
    """Index modules by the services they carry out; raises ValueError when two claim one."""
    found: dict[str, ServiceModule] = {}
    for module in modules:
        for service in module.services:
            if service in found:
                raise ValueError(f"two modules carry out {service}")
            found[service] = module
    return found
