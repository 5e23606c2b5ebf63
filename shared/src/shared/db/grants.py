"""What the application's role may do is granted table by table, in the migration that makes the table."""

from typing import Any, Protocol

from sqlalchemy import text

APP_ROLE = "app_role"


class Operations(Protocol):
    """The part of `alembic.op` that these helpers use."""

    def execute(self, sqltext: Any) -> None:
        """Run a statement."""
        ...

    def get_context(self) -> Any:
        """Give the migration's context."""
        ...


def grant(op: Operations, *tables: str) -> None:
    """Let the application read and change the tables."""
    _grant(op, "SELECT, INSERT, UPDATE, DELETE", tables)


def grant_append_only(op: Operations, *tables: str) -> None:
    """Let the application read and add rows, and never change or remove one."""
    _grant(op, "SELECT, INSERT", tables)


def grant_columns(op: Operations, table: str, *columns: str) -> None:
    """Let the application change these columns alone, in a table that otherwise only grows (a chain's hash)."""
    op.execute(text(f'GRANT UPDATE ({", ".join(columns)}) ON "{table}" TO "{app_role(op)}"'))


def app_role(op: Operations) -> str:
    """Name the role that the application logs in with."""
    role: str = op.get_context().config.attributes[APP_ROLE]
    return role


def _grant(op: Operations, rights: str, tables: tuple[str, ...]) -> None:
    for table in tables:
        op.execute(text(f'GRANT {rights} ON "{table}" TO "{app_role(op)}"'))
