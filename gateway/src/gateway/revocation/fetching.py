"""The worker's part: fetch each configured list, judge it, keep the last good one by its hash (condition 2, step 8).

A source that is dead, slow, lying or garbage changes nothing of what is held; it is tried again ever more rarely.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp

from gateway.revocation import repository
from shared.clock import Clock
from shared.db import Database
from shared.log import get_logger
from shared.pki.revocation import ListRefused, check_list
from shared.pki.trust import Trust

_FIRST_PAUSE: Final = timedelta(seconds=2)
_LEASE: Final = timedelta(minutes=2)
_CHUNK: Final = 64 * 1024
_OK, _NOT_MODIFIED = 200, 304

log = get_logger(__name__)


class FetchFailed(Exception):
    """The source gave nothing that can be used; the message has no more than its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a source gave; no data means that it still holds what it held."""

    data: bytes | None
    etag: str | None
    last_modified: str | None


class Source:
    """Fetch over HTTP, conditionally, within bounds of time and size."""

    def __init__(self, http: aiohttp.ClientSession, *, most: int) -> None:
        self._http = http
        self._most = most

    async def fetch(self, url: str, known: repository.Row) -> Fetched:
        """Raises FetchFailed."""
        conditions = {"If-None-Match": known["etag"], "If-Modified-Since": known["last_modified"]}
        headers = {name: value for name, value in conditions.items() if value is not None and known["sha256"]}
        try:
            async with self._http.get(url, headers=headers) as response:
                etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
                if response.status == _NOT_MODIFIED and headers:
                    return Fetched(
                        data=None, etag=etag or known["etag"], last_modified=modified or known["last_modified"]
                    )
                if response.status != _OK:
                    raise FetchFailed(f"status {response.status}")
                return Fetched(data=await self._read(response), etag=etag, last_modified=modified)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise FetchFailed(type(error).__name__) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        data = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            data += chunk
            if len(data) > self._most:
                raise FetchFailed("too large")
        return bytes(data)


@asynccontextmanager
async def open_source(trust: Trust, *, within: timedelta) -> AsyncIterator[Source]:
    timeout = aiohttp.ClientTimeout(total=within.total_seconds(), connect=5)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        yield Source(http, most=trust.budgets.list_bytes)


class Fetcher:
    """All that is due at once, so that a slow source delays no other; replicas share the work by the rows they take."""

    def __init__(self, database: Database, clock: Clock, trust: Trust, source: Source, *, every: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._trust = trust
        self._source = source
        self._every = every
        self._urls = [one.url for one in trust.lists]
        self._known = False

    async def fetch_due(self) -> None:
        """Fetch whatever is due now, each source once."""
        if not self._known:
            async with self._database.transaction() as session:
                await repository.know(session, self._urls, now=self._clock.now())
            self._known = True
        due: list[repository.Row] = []
        while len(due) < len(self._urls) and (row := await self._take()) is not None:
            due.append(row)
        await asyncio.gather(*(self._fetch(row) for row in due))

    async def all_held(self) -> bool:
        """Tell whether every configured source has a good list in the database."""
        async with self._database.transaction() as session:
            return len(await repository.held(session, self._urls)) == len(set(self._urls))

    async def _take(self) -> repository.Row | None:
        now = self._clock.now()
        async with self._database.transaction() as session:
            return await repository.take_due(session, self._urls, now=now, until=now + _LEASE)

    async def _fetch(self, row: repository.Row) -> None:
        url = row["url"]
        try:
            fetched = await self._source.fetch(url, row)
            await self._keep(url, fetched, now=self._clock.now())
        except (FetchFailed, ListRefused) as error:
            trouble = error.code if isinstance(error, ListRefused) else str(error)
            log.warning("revocation list not renewed", url=url, trouble=str(trouble), failures=row["failures"] + 1)
            await self._failed(row, str(trouble))

    async def _keep(self, url: str, fetched: Fetched, *, now: datetime) -> None:
        values: dict[str, Any] = {
            "fetched_at": now, "etag": fetched.etag, "last_modified": fetched.last_modified, "failures": 0,
            "trouble": None, "next_try_at": now + self._every,
        }  # fmt: skip
        checked = None
        if fetched.data is not None:
            checked = check_list(fetched.data, trust=self._trust, at=now, fetched_at=now)
            values["sha256"] = checked.sha256
        async with self._database.transaction() as session:
            if checked is not None:
                row = {
                    "sha256": checked.sha256, "source_key": checked.source_key, "data": checked.der,
                    "this_update": checked.this_update, "next_update": checked.next_update, "stored_at": now,
                }  # fmt: skip
                await repository.store(session, row)
            await repository.note(session, url, values)

    async def _failed(self, row: repository.Row, trouble: str) -> None:
        failures = row["failures"] + 1
        pause = min(_FIRST_PAUSE * 2 ** min(failures - 1, 16), self._every) * random.uniform(0.75, 1.25)  # noqa: S311
        values = {"failures": failures, "trouble": trouble, "next_try_at": self._clock.now() + pause}
        async with self._database.transaction() as session:
            await repository.note(session, row["url"], values)
