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
from shared.web import Actor, Now, resource

_LONGEST_HEADER = 8192


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


async def anyone(request: Request, gate: Gate) -> None:
    gate.admit(request)


async def person(request: Request, gate: Gate, now: Now) -> Actor:
    return await gate.person(request, now=now)


async def citizen(request: Request, gate: Gate, now: Now) -> Actor:
    found = await gate.person(request, now=now)
    if found.kind != "citizen":
        raise CitizensOnly
    return found


async def staff(request: Request, gate: Gate, now: Now) -> Actor:
    found = await gate.person(request, now=now)
    if found.kind != "staff":
        raise StaffOnly
    return found


Person = Annotated[Actor, Depends(person)]
Citizen = Annotated[Actor, Depends(citizen)]
StaffMember = Annotated[Actor, Depends(staff)]

Admission = Callable[..., Awaitable[Actor | None]]
