"""A service's database: transactions that end before the answer is sent, and an honest error when it is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from shared.errors import ProblemError

_HOOKS = "after_commit"
# SQLSTATE classes and codes that say: not now. Connection lost, resources short, shutting down; deadlock, conflict.
_AWAY = ("08", "53", "57P")
_AGAIN = ("40P01", "40001")


class DatabaseAway(ProblemError):
    """The database cannot be reached, or ended the transaction for reasons of its own.

    Whether a commit under way took effect is unknown then: the caller repeats with the same Idempotency-Key.
    """

    code = "database-away"
    status = 503


def after_commit(session: AsyncSession, hook: Callable[[], None]) -> None:
    """Call `hook` once when the session's transaction has been committed, never when it was rolled back.

    Hooks must be quick and must not fail. The same hook given twice is called once.
    """
    session.info.setdefault(_HOOKS, {})[hook] = None


def violated(error: IntegrityError) -> str | None:
    """Name the constraint that a statement broke, or None when PostgreSQL did not name one."""
    link: BaseException | None = error.orig
    while link is not None:
        if (name := getattr(link, "constraint_name", None)) is not None:
            return str(name)
        link = link.__cause__
    return None


class Database:
    """Hold the pool of connections to one database.

    `url` is `postgresql://…` or `postgresql+asyncpg://…`. Nothing connects before the first statement.
    """

    def __init__(
        self,
        url: str,
        *,
        application: str = "shlyuz",
        pool_size: int = 10,
        statement_timeout: timedelta = timedelta(seconds=15),
        connect_timeout: timedelta = timedelta(seconds=5),
    ) -> None:
        self.engine: AsyncEngine = create_async_engine(
            asyncpg_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_use_lifo=True,
            hide_parameters=True,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "async_creator_fn": _connect,
                "timeout": connect_timeout.total_seconds(),
                "server_settings": {
                    "application_name": application,
                    "timezone": "UTC",
                    "jit": "off",
                    "statement_timeout": str(round(statement_timeout.total_seconds() * 1000)),
                    "idle_in_transaction_session_timeout": "60000",
                },
            },
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a session with one transaction: committed at the end, rolled back by any error.

        Raises `DatabaseAway` in place of errors that only say that the database is not there.
        """
        with _honest():
            async with self._sessions() as session:
                async with session.begin():
                    yield session
                for hook in session.info.get(_HOOKS, ()):
                    hook()

    async def now(self) -> datetime:
        """Ask the database for its time: aware, UTC, of the moment of asking."""
        with _honest():
            async with self.engine.connect() as connection:
                instant: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
                return instant.astimezone(UTC)

    async def ping(self, within: timedelta = timedelta(seconds=2)) -> None:
        """Prove that the database answers in time; raises `DatabaseAway` otherwise."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                await self.now()
        except TimeoutError as error:
            raise _away() from error

    async def close(self) -> None:
        """Close every connection; the object can be used again."""
        await self.engine.dispose()


def asyncpg_url(url: str) -> str:
    """Give the URL with the dialect that this code speaks."""
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


async def _connect(*arguments: Any, **options: Any) -> Any:
    """Connect; a server that takes too long to greet is away like one that refuses, and no error of the caller's."""
    try:
        return await asyncpg.connect(*arguments, **options)
    except TimeoutError as error:
        raise ConnectionError("the database did not answer in time") from error


def _away() -> DatabaseAway:
    return DatabaseAway(retry_after=timedelta(seconds=1))


@contextlib.contextmanager
def _honest() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_absence(error):
            raise _away() from error
        raise
    except (PoolTimeout, ConnectionError) as error:
        raise _away() from error


def _is_absence(error: DBAPIError) -> bool:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state.startswith(_AWAY) or state in _AGAIN
