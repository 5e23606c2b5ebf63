"""A service's database has two roles: its owner, who migrates, and the application's, who may do what was granted."""

from dataclasses import dataclass

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.database import asyncpg_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """Where a service's database is, as its owner and as the application; both hold a password."""

    owner_url: str
    url: str

    def __repr__(self) -> str:
        return f"Provisioned({make_url(self.url).database})"


async def provision(
    admin_url: str, service: str, *, owner_password: str, password: str, database: str | None = None
) -> Provisioned:
    """Make the roles `<service>_owner` and `<service>` and the database, or set their passwords where they are.

    `admin_url` is a superuser's. `database` is the service's name unless given (tests make several).
    """
    name, owner = database or service, f"{service}_owner"
    engine = create_async_engine(asyncpg_url(admin_url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await _role(connection, owner, owner_password)
            await _role(connection, service, password)
            await _database(connection, name, owner, service)
    finally:
        await engine.dispose()
    base = make_url(asyncpg_url(admin_url)).set(database=name)
    return Provisioned(
        owner_url=_plain(base.set(username=owner, password=owner_password)),
        url=_plain(base.set(username=service, password=password)),
    )


def _plain(url: URL) -> str:
    return url.render_as_string(hide_password=False)


async def _role(connection: AsyncConnection, role: str, password: str) -> None:
    known = (await connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})).scalar()
    verb = "ALTER" if known else "CREATE"
    # Utility statements take no parameters; quote_literal is PostgreSQL's own quoting.
    quoted = (await connection.execute(text("SELECT quote_literal(:p)"), {"p": password})).scalar_one()
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
    await connection.exec_driver_sql(f'{verb} ROLE "{role}" {rights} PASSWORD {quoted}')


async def _database(connection: AsyncConnection, name: str, owner: str, role: str) -> None:
    known = (await connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})).scalar()
    if not known:
        await connection.exec_driver_sql(
            f'CREATE DATABASE "{name}" OWNER "{owner}" ENCODING \'UTF8\' TEMPLATE template0'
        )
    await connection.exec_driver_sql(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
    await connection.exec_driver_sql(f'GRANT CONNECT ON DATABASE "{name}" TO "{role}"')
