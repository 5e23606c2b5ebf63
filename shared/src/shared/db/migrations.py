"""Migrations are run by a command, never at import: a package's Alembic revisions through one shared environment.

A revision's id is the number its file name begins with, so that the newest is known without loading Alembic.
"""

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.database import Database, asyncpg_url
from shared.db.grants import APP_ROLE

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

_REVISION = re.compile(r"(\d{4})_\w+\.py")
# One migration at a time on a database; the number is this program's own choice.
_LOCK = 7_310_416
_NO_SUCH_TABLE = "42P01"


def head(package: str) -> str | None:
    """Give the newest revision of a package by its file names, or None when it has none."""
    numbers = [found[1] for path in _versions(package).glob("*.py") if (found := _REVISION.fullmatch(path.name))]
    return max(numbers, default=None)


async def current(database: Database) -> str | None:
    """Give the revision that a database stands at, or None before the first."""
    try:
        async with database.transaction() as session:
            return (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == _NO_SUCH_TABLE:
            return None
        raise


async def is_current(database: Database, package: str) -> bool:
    """Tell whether a database stands at the package's newest revision: one quick statement, for readiness checks."""
    return await current(database) == head(package)


async def upgrade(package: str, owner_url: str, *, app_role: str, revision: str = "head") -> None:
    """Bring a database to a revision as its owner; safe to run twice, or from two places at once.

    `app_role` is the role that the grants of the revisions go to.
    """
    engine = create_async_engine(asyncpg_url(owner_url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            await connection.run_sync(_upgrade, _config(package, app_role), revision)
            # The application asks for the revision to tell whether it is ready.
            await connection.execute(text(f'GRANT SELECT ON alembic_version TO "{app_role}"'))
    finally:
        await engine.dispose()


def _upgrade(connection: "Connection", config: "Config", revision: str) -> None:
    from alembic import command  # noqa: PLC0415  # a service that does not migrate must not load Alembic

    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config(package: str, app_role: str) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  # as above

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
    config.set_main_option("version_locations", str(_versions(package)))
    config.set_main_option("path_separator", "newline")
    config.attributes[APP_ROLE] = app_role
    return config


def _versions(package: str) -> Path:
    return Path(str(files(package))) / "migrations" / "versions"
