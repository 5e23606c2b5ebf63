"""Ask an external register over HTTP: one person, one question, within bounds of time and size.

Nothing but an answer as it should be counts. What is sent is the IIN alone; what comes back is never logged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import aiohttp
import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from shared.log import get_logger

_BYTES = 64 * 1024
_OK = 200
_LOG = get_logger(__name__)


class NoAnswer(Exception):
    """The register is away, too slow, or says what cannot be understood or is about somebody else."""


class ExternalRegister(Protocol):
    """The port: what a register outside the suite can be asked."""

    async def ask(self, iin: str) -> bytes:
        """Give the answer about a person, byte for byte; raises NoAnswer."""


class _Said(BaseModel):
    """What any such register says at least; what it says beyond is kept unread."""

    model_config = ConfigDict(extra="allow", strict=True)

    iin: str
    listed: bool


class _Dated(_Said):
    model_config = ConfigDict(extra="allow", strict=False)

    as_of: AwareDatetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRegister:
    """The adapter: `POST url {"iin": …}` -> `{"iin": …, "listed": …, "as_of": …}`."""

    name: str
    url: str
    within: timedelta

    async def ask(self, iin: str) -> bytes:
        """Ask, and check that the answer can be read and is about this person."""
        body = await self._body(iin)
        try:
            answer = orjson.loads(body)  # as it is read when it is shown
            _Said.model_validate(answer)
            said = _Dated.model_validate(answer)
        except (orjson.JSONDecodeError, ValidationError):
            raise self._none("what it says cannot be understood") from None
        if said.iin != iin:
            raise self._none("it speaks of somebody else")
        return body

    async def _body(self, iin: str) -> bytes:
        timeout = aiohttp.ClientTimeout(total=self.within.total_seconds())
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as http,
                http.post(self.url, json={"iin": iin}, allow_redirects=False) as reply,
            ):
                if reply.status != _OK:
                    raise self._none(f"it answers {reply.status}")
                data = await reply.content.read(_BYTES + 1)
                while len(data) <= _BYTES and not reply.content.at_eof():
                    data += await reply.content.read(_BYTES + 1 - len(data))
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise self._none(type(fault).__name__) from None
        if len(data) > _BYTES:
            raise self._none("its answer is too long")
        return data

    def _none(self, why: str) -> NoAnswer:
        _LOG.warning("an external register gave no answer", register=self.name, why=why)
        return NoAnswer(why)


def http_registers(urls: Mapping[str, str], within: timedelta) -> dict[str, ExternalRegister]:
    """Make an adapter for each register that the settings give an address."""
    return {name: HttpRegister(name=name, url=url, within=within) for name, url in urls.items()}
