"""Ask the population register over REST: attachment-svc, with a short timeout and a breaker.

Nothing but an answer as it should be counts: any other status, and a body that says something else, is `RegisterAway`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import uuid4

from pydantic import BaseModel, ValidationError, model_validator

from shared.applications.register import (
    Acting,
    Lack,
    Lacking,
    NoRegister,
    NoRight,
    PopulationRegister,
    RegisterAway,
    Requirement,
    Standing,
)
from shared.applications.settings import ApplicationsSettings
from shared.errors import ServiceAway
from shared.log import get_logger
from shared.web import Actor, Platform

if TYPE_CHECKING:
    from shared.web.client import ServiceClient

_LOG = get_logger(__name__)
_OK = 200
REGISTER = "attachment"
"""The service that keeps the register."""


class _Said(BaseModel):
    holds: bool


class _Lacking(_Said):
    reason: Lack | None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.holds == (self.reason is not None):
            raise ValueError("either holds, or says why not")
        return self


class _Names(BaseModel):
    surname: str
    given_name: str
    patronymic: str | None


class _Standing(_Said):
    reason: NoRight | None
    kind: str | None
    until: date | None
    patient: _Names | None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        told = self.kind is not None and self.patient is not None
        if self.holds == (self.reason is not None) or self.holds != told:
            raise ValueError("either holds, for whom, or says why not")
        return self


S = TypeVar("S", bound=_Said)


class RemoteRegister:
    """The register of another process."""

    def __init__(self, client: "ServiceClient") -> None:
        self._client = client

    async def lacks(self, asked: Requirement, actor: Actor) -> Lacking:
        """Ask for a precondition; raises RegisterAway."""
        body = {"iin": asked.iin.value, "precondition": asked.require, "provider": asked.provider}
        said = await self._ask("/internal/register/preconditions", body, actor, _Lacking)
        return Lacking(reason=said.reason)

    async def standing(self, asked: Acting, actor: Actor) -> Standing:
        """Ask for a right to act; raises RegisterAway."""
        body = {"applicant": asked.applicant.value, "patient": asked.patient.value}
        said = await self._ask("/internal/register/representation", body, actor, _Standing)
        names = said.patient.model_dump() if said.patient else {}
        return Standing(reason=said.reason, kind=said.kind, until=said.until, names=names)

    async def _ask(self, path: str, body: Mapping[str, Any], actor: Actor, shape: type[S]) -> S:
        try:
            # A question changes nothing, so it may be repeated: the key says so to the client.
            reply = await self._client.post(path, json=body, actor=actor, idempotency_key=str(uuid4()))
        except ServiceAway as away:
            raise RegisterAway(_pause(away)) from away
        if reply.status == _OK:
            try:
                return shape.model_validate_json(reply.body)
            except ValidationError:
                _LOG.warning("the register said what cannot be understood", path=path)
        else:
            _LOG.warning("the register did not answer the question", path=path, status=reply.status)
        raise RegisterAway


def _pause(away: ServiceAway) -> timedelta:
    return timedelta(seconds=int(away.headers["Retry-After"]))


@asynccontextmanager
async def remote_register(platform: Platform) -> AsyncIterator[PopulationRegister]:
    """Open the register that the settings name; a process without its address or without a caller key has none."""
    settings: ApplicationsSettings = platform.settings
    if settings.upstream_attachment is None or platform.caller_key is None:
        yield NoRegister()
        return
    url, timeout = str(settings.upstream_attachment), settings.register_timeout
    async with platform.client(REGISTER, url, timeout=timeout) as client:
        yield RemoteRegister(client)
