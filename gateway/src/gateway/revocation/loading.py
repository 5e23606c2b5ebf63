"""A web process's part: lay what the database holds into the verifier's index, list by list, each swapped at once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Gauge

from gateway.revocation import repository
from shared.clock import Clock
from shared.db import Database, DatabaseAway
from shared.log import get_logger
from shared.pki.revocation import ListRefused, RevocationIndex, RevocationList, check_list
from shared.pki.trust import Trust

_AGE = Gauge(
    "shlyuz_revocation_list_age_seconds", "Time since a revocation list was last confirmed by its source.", ("url",)
)
_PATIENCE: Final = timedelta(seconds=30)

log = get_logger(__name__)


class Loader:
    """A job of the web process. Ready once a list is in use, or when none came for half a minute: other routes work."""

    name = "revocation"

    def __init__(
        self, database: Database, clock: Clock, trust: Trust, index: RevocationIndex, *, poll: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._trust = trust
        self._index = index
        self._poll = poll.total_seconds()
        self._urls = [one.url for one in trust.lists]
        self._loaded: dict[str, tuple[str, datetime]] = {}
        self._held: dict[str, RevocationList] = {}
        self._waited = not self._urls

    @property
    def ready(self) -> bool:
        return self._waited or len(self._loaded) == len(set(self._urls))

    async def run(self) -> None:
        began = asyncio.get_running_loop().time()
        while True:
            try:
                await self.load()
            except DatabaseAway:
                log.warning("revocation lists not read, the database is away")
            self._waited = self._waited or asyncio.get_running_loop().time() - began > _PATIENCE.total_seconds()
            await asyncio.sleep(self._poll)

    async def load(self) -> None:
        """Take in whatever the worker stored or confirmed since the last look."""
        async with self._database.transaction() as session:
            rows = await repository.held(session, self._urls)
        for row in rows:
            stand = (row["sha256"], row["fetched_at"])
            if self._loaded.get(row["url"]) != stand:
                await self._take_in(row["url"], row["sha256"], row["fetched_at"])
                self._loaded[row["url"]] = stand
            _AGE.labels(row["url"]).set((self._clock.now() - row["fetched_at"]).total_seconds())

    async def _take_in(self, url: str, sha256: str, fetched_at: datetime) -> None:
        held = self._held.get(url)
        if held is not None and held.sha256 == sha256:  # its source only confirmed it: no need to read it again
            held = replace(held, fetched_at=fetched_at)
        else:
            held = await self._read(sha256, fetched_at)
        if held is not None:
            self._held[url] = held
            self._index.put(held)

    async def _read(self, sha256: str, fetched_at: datetime) -> RevocationList | None:
        async with self._database.transaction() as session:
            data = await repository.data(session, sha256)
        try:
            # In a thread, since a list of a million entries takes seconds to read.
            return await asyncio.to_thread(
                check_list, data or b"", trust=self._trust, at=self._clock.now(), fetched_at=fetched_at
            )
        except ListRefused as refused:
            log.warning("a stored revocation list is not usable", sha256=sha256, code=str(refused.code))
            return None
