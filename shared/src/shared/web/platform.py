"""What every process of a service stands on, opened at its start and closed at its end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.clock import Clock
from shared.db import Database, DatabaseAway, DatabaseClock
from shared.events import Handlers, Outbox
from shared.log import get_logger
from shared.personal import Keyring, Persons
from shared.settings import ServiceSettings
from shared.web.assertions import CallerKey, CallerKeys

if TYPE_CHECKING:
    from shared.events.consumer import Consumer
    from shared.events.relay import Relay
    from shared.web.client import ServiceClient

_LOG = get_logger(__name__)
_RETRY_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Collaborators of one process; `resources` holds what the service itself opened, by name."""

    service: str
    settings: Any
    database: Database
    clock: Clock
    outbox: Outbox
    persons: Persons | None
    caller_key: CallerKey | None
    caller_keys: CallerKeys | None
    resources: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Platform({self.service})"

    def need_persons(self) -> Persons:
        """Give the keeper of personal data; raises RuntimeError when SHLYUZ_PERSONAL_KEY is not set."""
        if self.persons is None:
            raise RuntimeError("SHLYUZ_PERSONAL_KEY is not set")
        return self.persons

    def relay(self) -> "Relay":
        """Make the job that carries this service's outbox to Kafka."""
        from shared.events.relay import Relay  # noqa: PLC0415  # web processes must not load the Kafka client

        return Relay(self.service, self.database, self.settings, outbox=self.outbox)

    def consumer(self, topics: Sequence[str], handlers: Handlers, *, name: str | None = None) -> "Consumer":
        """Make a job that handles topics exactly once in effect, as the group `name` (this service's)."""
        from shared.events.consumer import Consumer  # noqa: PLC0415  # as above

        return Consumer(
            name=name or self.service, topics=topics, handlers=handlers,
            database=self.database, settings=self.settings, outbox=self.outbox, clock=self.clock,
        )  # fmt: skip

    def client(self, service: str, url: str, **options: Any) -> "ServiceClient":
        """Make a client of another service, an async context manager; raises RuntimeError without SHLYUZ_CALLER_KEY."""
        from shared.web.client import ServiceClient  # noqa: PLC0415  # as above: the HTTP client

        if self.caller_key is None:
            raise RuntimeError("SHLYUZ_CALLER_KEY is not set")
        return ServiceClient(service, url, key=self.caller_key, clock=self.clock, **options)


@asynccontextmanager
async def open_platform(service: str, settings: ServiceSettings) -> AsyncIterator[Platform]:
    """Open what the settings name; starts also while the database is away, and sets the clock as soon as it answers."""
    if settings.database_url is None:
        raise RuntimeError("SHLYUZ_DATABASE_URL is not set")
    async with AsyncExitStack() as stack:
        database = Database(
            settings.database_url.get_secret_value(),
            application=service,
            pool_size=settings.pool_size,
            statement_timeout=settings.statement_timeout,
        )
        stack.push_async_callback(database.close)
        clock = DatabaseClock(database.now)
        await stack.enter_async_context(_disciplined(clock))
        yield Platform(
            service=service,
            settings=settings,
            database=database,
            clock=clock,
            outbox=Outbox(service),
            persons=Persons(Keyring.load(settings.personal_key), service=service) if settings.personal_key else None,
            caller_key=CallerKey.load(service, settings.caller_key) if settings.caller_key else None,
            caller_keys=CallerKeys.load(settings.caller_keys) if settings.caller_keys else None,
        )


@asynccontextmanager
async def _disciplined(clock: DatabaseClock) -> AsyncIterator[None]:
    with suppress(DatabaseAway):
        await clock.discipline()
    task = asyncio.create_task(_keep(clock), name="clock")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep(clock: DatabaseClock) -> None:
    while not clock.is_set:
        try:
            await clock.discipline()
        except DatabaseAway:
            _LOG.warning("the clock waits for the database")
            await asyncio.sleep(_RETRY_SECONDS)
    await clock.keep()
