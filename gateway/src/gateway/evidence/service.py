"""Put an application's evidence together: the owner has what was signed, the gateway has lists and answers.

A list may have a million entries, so the file is written piece by piece, one list in memory at a time.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson

from gateway.condition2.evidence import verdict_of
from gateway.revocation.sources import Sources
from gateway.upstreams import Upstreams
from shared.log import get_logger
from shared.pki.evidence import APPLICATION_FORMAT
from shared.web import Actor

log = get_logger(__name__)


class Evidence:
    def __init__(self, upstreams: Upstreams, sources: Sources) -> None:
        self._upstreams = upstreams
        self._sources = sources

    async def of(self, application: str, person: Actor, headers: Mapping[str, str]) -> dict[str, Any]:
        """Give everything but lists and answers; raises what the owner says, NotFound for another's application."""
        owner = self._upstreams.owner_of(application)
        reply = await owner.get(f"/applications/{quote(application, safe='')}/evidence", actor=person, headers=headers)
        told = reply.require(200).json()
        return {
            "format": APPLICATION_FORMAT,
            "application": told["application"],
            "number": told["number"],
            "items": [_item(item) for item in told["items"]],
        }

    async def write(self, told: Mapping[str, Any]) -> AsyncIterator[bytes]:
        """Write the file's bytes. A list that is not held is left out and logged: the check then says which."""
        yield orjson.dumps(told)[:-1] + b',"revocation":{'
        comma = b""
        for sha256 in sorted(_named(told)):
            data = await self._sources.read(sha256)
            if data is None:
                log.error("evidence names a list or answer that is not held", sha256=sha256)
                continue
            yield comma + b'"%s":"%s"' % (sha256.encode(), b64encode(data))
            comma = b","
        yield b"}}"


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: item[name] for name in ("kind", "sha256", "received_at", "document", "signature")}
    seen = item["evidence"]
    return {**kept, "expectation": seen.get("expectation"), "verdict": verdict_of(seen, item["revocation"])}


def _named(told: Mapping[str, Any]) -> set[str]:
    return {used["sha256"] for item in told["items"] for used in item["verdict"]["evidence"]["revocation"]}
