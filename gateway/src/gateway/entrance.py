"""What every request passes first: the limit of its address, then, where a person is needed, session and account."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from gateway.limits.addresses import client_address
from gateway.limits.limiting import ACCOUNT, ADDRESS, Limits
from gateway.sessions.errors import AccessTokenMissing, CitizensOnly, StaffOnly
from gateway.sessions.principals import Principals
from gateway.sessions.tokens import AccessTokens
from gateway.settings import Network
from shared.web import Actor, Platform, resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    tokens: AccessTokens
    principals: Principals
    limits: Limits
    trusted_proxies: Sequence[Network]

    def address(self, request: HTTPConnection) -> str:
        return client_address(request, self.trusted_proxies)

    def admit(self, request: HTTPConnection) -> None:
        self.limits.spend(ADDRESS, self.address(request))

    async def person(self, request: HTTPConnection, *, now: datetime) -> Actor:
        """Let a logged-in person in; raises one of `gateway.sessions.errors`, ServiceAway, TooManyRequests."""
        self.admit(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AccessTokenMissing
        found = await self.principals.find((await self.tokens.read(token.strip(), now=now)).session_id)
        self.limits.spend(ACCOUNT, found.account_id)
        return found


Gate = Annotated[Entrance, Depends(resource("entrance"))]

# One dependency a request, which reads what it needs itself: each further one is felt on the hot path.


def _gate(request: Request) -> Entrance:
    entrance: Entrance = request.app.state.platform.resources["entrance"]
    return entrance


def service_time(request: Request) -> datetime:
    """Read the time once for a request; raises DatabaseAway before the database was ever reached."""
    platform: Platform = request.app.state.platform
    return platform.clock.now()


async def anyone(request: Request) -> None:
    _gate(request).admit(request)


async def person(request: Request) -> Actor:
    return await _gate(request).person(request, now=service_time(request))


async def citizen(request: Request) -> Actor:
    found = await person(request)
    if found.kind != "citizen":
        raise CitizensOnly
    return found


async def staff(request: Request) -> Actor:
    found = await person(request)
    if found.kind != "staff":
        raise StaffOnly
    return found


Person = Annotated[Actor, Depends(person)]
Citizen = Annotated[Actor, Depends(citizen)]
StaffMember = Annotated[Actor, Depends(staff)]

Admission = Callable[..., Awaitable[Actor | None]]
