"""What an operator does before anyone can log in: name the region's operator, make the first administrator.

`shlyuz admin create` and the demo region use it in a process of their own; a password that is not given is generated
and given back once, so that no default password exists.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from auth.administrator import ROLE
from auth.law import Law
from auth.passwords.hashing import Cost, PasswordHashing
from auth.passwords.policy import Owner
from auth.passwords.service import NewPasswords, generate
from auth.providers.repository import ProviderRepository
from auth.providers.service import Description, Provider, Providers
from auth.settings import Settings
from auth.staff.service import NewStaff, StaffAdministration
from shared.db import public_id
from shared.errors import FieldError, InvalidRequest
from shared.personal import Bin, Iin
from shared.procedure import load
from shared.web import Platform
from shared.web.platform import open_platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An account to make; without a password one is generated."""

    iin: str
    bin: str
    name: str
    roles: frozenset[str] = frozenset({ROLE})
    language: Literal["kk", "ru", "en"] = "kk"
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    account_id: str
    password: str


class Seeding:
    def __init__(self, platform: Platform, law: Law, hashing: PasswordHashing) -> None:
        self._platform = platform
        self._law = law
        self._passwords = NewPasswords(hashing)

    async def operator(self, bin: str, regions: Iterable[str]) -> None:  # noqa: A002  # the field's name
        """Let the organisation's administrators describe the providers of the regions; may be said twice."""
        operator = self._bin(bin)
        asked = sorted(set(regions))
        if unknown := [region for region in asked if region not in self._law.performers]:
            raise InvalidRequest([FieldError(pointer=f"/regions/{region}", code="choice") for region in unknown])
        async with self._platform.database.transaction() as session:
            for region in asked:
                await ProviderRepository(session).add_operator(region, operator)

    async def provider(self, description: Description) -> Provider:
        """Make or change a provider, with its event."""
        self._bin(description.bin)
        async with self._platform.database.transaction() as session:
            providers = Providers(session, outbox=self._platform.outbox, law=self._law)
            return await providers.write(description, by=None, now=self._now())

    async def staff(self, wanted: Wanted) -> Made:
        """Make a staff account; raises StaffExists, RoleUnknown, PasswordTooWeak, IinInvalid, BinInvalid."""
        iin = Iin.parse(wanted.iin, allow_test=self._platform.settings.allow_test_identities)
        password = wanted.password or generate()
        hashed = await self._passwords.hash(password, Owner(kind="staff", iin=iin.value))
        async with self._platform.database.transaction() as session:
            administration = StaffAdministration(
                session, persons=self._platform.need_persons(), law=self._law, settings=self._platform.settings
            )
            account_id = (await administration.add(self._new(wanted, iin, hashed), by=None, now=self._now())).id
        return _made(account_id, password)

    def _new(self, wanted: Wanted, iin: Iin, hashed: str) -> NewStaff:
        return NewStaff(
            iin=iin,
            bin=self._bin(wanted.bin),
            name=wanted.name,
            language=wanted.language,
            roles=wanted.roles,
            password_hash=hashed,
        )

    def _now(self) -> datetime:
        return self._platform.clock.now()

    def _bin(self, text: str) -> str:
        return Bin.parse(text, allow_test=self._platform.settings.allow_test_identities).value


def _made(account_id: UUID, password: str) -> Made:
    return Made(account_id=public_id("aut", account_id), password=password)


@asynccontextmanager
async def open_seeding(settings: Settings) -> AsyncIterator[Seeding]:
    """Needs SHLYUZ_DATABASE_URL, SHLYUZ_PERSONAL_KEY and SHLYUZ_REGULATIONS, as auth-svc's web process does."""
    if settings.regulations is None:
        raise RuntimeError("SHLYUZ_REGULATIONS is not set")
    law = Law.of(load(settings.regulations))
    hashing = PasswordHashing(Cost.of(settings))
    try:
        async with open_platform("auth", settings) as platform:
            yield Seeding(platform, law, hashing)
    finally:
        hashing.close()
