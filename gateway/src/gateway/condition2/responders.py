"""Ask an OCSP responder of the trust configuration, within bounds of time and size, and only where no list decides."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp

from shared.log import get_logger
from shared.pki.ocsp import FetchedAnswer, Question

_BYTES = 64 * 1024
_OK = 200

log = get_logger(__name__)


class Responders:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def ask(self, question: Question, *, at: datetime) -> FetchedAnswer | None:
        """Give the answer as it came (the verifier judges it), or None; a dead, slow or endless responder is None."""
        try:
            async with self._http.post(
                question.url, data=question.body, headers={"Content-Type": "application/ocsp-request"}
            ) as response:
                data = await response.content.read(_BYTES + 1)
                while len(data) <= _BYTES and not response.content.at_eof():
                    data += await response.content.read(_BYTES + 1 - len(data))
                return (
                    FetchedAnswer(data=data, fetched_at=at) if response.status == _OK and len(data) <= _BYTES else None
                )
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("no answer from the responder", error=type(error).__name__)
            return None


@asynccontextmanager
async def open_responders(*, within: timedelta) -> AsyncIterator[Responders]:
    timeout = aiohttp.ClientTimeout(total=within.total_seconds())
    async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as http:
        yield Responders(http)
