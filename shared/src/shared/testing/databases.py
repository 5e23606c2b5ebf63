"""Databases for tests: made with roles and migrations as in production, compared with declarations, and watched."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.database import Database, asyncpg_url
from shared.db.migrations import upgrade
from shared.db.provision import Provisioned, provision

T = TypeVar("T")
_WAITING = text("SELECT 1 FROM pg_locks l JOIN pg_database d ON d.datname = current_database() WHERE NOT l.granted")
_WAITS_WITHIN, _LOOKS_EVERY = 60.0, 0.02  # seconds
# Roles belong to the server, not to a database: all databases of one test run share their passwords.
_PASSWORD = secrets.token_urlsafe(12)


@asynccontextmanager
async def fresh_database(admin_url: str, service: str, *, package: str | None = None) -> AsyncIterator[Provisioned]:
    """Make a database of a service with every migration of `package` (the service's, unless given), and drop it after.

    The name is new each time, so that tests can run side by side on one server.
    """
    name = f"{service}_{secrets.token_hex(4)}"
    made = await provision(admin_url, service, owner_password=_PASSWORD, password=_PASSWORD, database=name)
    try:
        await upgrade(package or service, made.owner_url, app_role=service)
        yield made
    finally:
        await _drop(admin_url, name)


async def _drop(admin_url: str, name: str) -> None:
    engine = create_async_engine(asyncpg_url(admin_url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await engine.dispose()


async def until_it_waits(request: Awaitable[T], database: Database) -> asyncio.Future[T]:
    """Begin a request, and give it once something waits for a lock in the database, or the request is over."""
    begun = asyncio.ensure_future(request)
    async with asyncio.timeout(_WAITS_WITHIN):
        while not begun.done():
            async with database.transaction() as session:
                if (await session.execute(_WAITING)).first() is not None:
                    break
            await asyncio.sleep(_LOOKS_EVERY)
    return begun


async def drift(owner_url: str, *declared: MetaData, tables: Sequence[str] | None = None) -> list[str]:
    """Name the differences between a migrated database and the declared tables; none is right.

    `tables` limits the comparison to some of the declared ones, for shared tables that this service does not keep.
    """
    engine = create_async_engine(asyncpg_url(owner_url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_differences, declared, tables)
    finally:
        await engine.dispose()


def _differences(connection: Connection, declared: Sequence[MetaData], tables: Sequence[str] | None) -> list[str]:
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # only tests that compare load Alembic
    from alembic.migration import MigrationContext  # noqa: PLC0415  # as above

    names = {table for one in declared for table in one.tables if tables is None or table in tables}

    def wanted(_object: object, name: str | None, kind: str, _reflected: object, _compared: object) -> bool:
        return kind != "table" or name in names or (tables is None and name != "alembic_version")

    options = {"include_object": wanted, "compare_type": True, "target_metadata": list(declared)}
    context = MigrationContext.configure(connection, opts=options)
    return [repr(difference) for difference in compare_metadata(context, list(declared))]  # type: ignore[arg-type]  # Alembic takes several
