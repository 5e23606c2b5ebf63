"""Describe providers: who they are, where, when they are open, what they offer. Every change goes out as an event."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from auth.administrator import Administrator, OperatorOnly
from auth.audit.service import AuditTrail, Deed
from auth.law import Law
from auth.providers.repository import ProviderRepository
from auth.rows import AnyRow
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.events import PROVIDER_TOPIC, Outbox, ProviderChanged


class ProviderNotFound(NotFound):
    """There is none with this BIN among those that the administrator sees."""

    code = "provider-not-found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A provider as its operator describes it; texts have `kk`, `ru`, `en`, hours are `OpeningHours` as JSON."""

    bin: str
    region: str
    names: dict[str, str]
    address: dict[str, str]
    zone: str
    opening_hours: dict[str, Any]
    services: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(Description):
    version: int
    changed_at: datetime


class Providers:
    def __init__(self, session: AsyncSession, *, outbox: Outbox, law: Law) -> None:
        self._session = session
        self._providers = ProviderRepository(session)
        self._outbox = outbox
        self._law = law

    async def put(self, wanted: Description, by: Administrator, now: datetime) -> Provider:
        """Make or change, as an operator's administrator may. Raises OperatorOnly, InvalidRequest."""
        if wanted.region not in by.regions:
            raise OperatorOnly
        before = await self._providers.lock(wanted.bin)
        if before is not None and before.region not in by.regions:
            raise OperatorOnly
        return await self.write(wanted, by=by, now=now)

    async def write(self, wanted: Description, *, by: Administrator | None, now: datetime) -> Provider:
        """Without asking who may: nobody's `by` is the operator of the machine.

        What changes nothing is no new version, and no event.
        """
        self._check(wanted)
        before = await self._providers.lock(wanted.bin)
        if before is not None and _description(before) == wanted:
            return _provider(before)
        provider = _provider(await self._providers.put({**asdict(wanted), "changed_at": now}))
        await self._outbox.publish(self._session, _event(provider), topic=PROVIDER_TOPIC, at=now)
        await AuditTrail(self._session).record(_deed(provider, by, now))
        return provider

    async def one(self, organisation: str, by: Administrator) -> Provider:
        row = await self._providers.by_bin(organisation)
        if row is None or not by.administers(organisation, row.region):
            raise ProviderNotFound
        return _provider(row)

    async def seen_by(self, by: Administrator, region: str | None) -> Sequence[Provider]:
        rows = await self._providers.seen_by(by.bin, by.regions)
        return [_provider(row) for row in rows if region in (None, row.region)]

    def _check(self, wanted: Description) -> None:
        offered = self._law.services(wanted.region)
        wrong = [
            FieldError(pointer=f"/services/{place}", code="choice")
            for place, service in enumerate(wanted.services)
            if service not in offered
        ]
        if wrong:
            raise InvalidRequest(wrong)


def _description(row: AnyRow) -> Description:
    return Description(
        bin=row.bin,
        region=row.region,
        names=row.names,
        address=row.address,
        zone=row.zone,
        opening_hours=row.opening_hours,
        services=tuple(row.services),
        active=row.active,
    )


def _provider(row: AnyRow) -> Provider:
    return Provider(**asdict(_description(row)), version=row.version, changed_at=row.changed_at)


def _deed(provider: Provider, by: Administrator | None, now: datetime) -> Deed:
    return Deed(
        name="provider-changed",
        at=now,
        actor_id=by.account_id if by is not None else None,
        facts={"bin": provider.bin, "version": provider.version},
    )


def _event(provider: Provider) -> ProviderChanged:
    content = asdict(provider)
    del content["changed_at"]
    return ProviderChanged(**content)
