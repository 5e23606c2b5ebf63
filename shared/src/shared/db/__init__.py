"""One PostgreSQL database per service, through SQLAlchemy and asyncpg; one request or message is one transaction."""

from shared.db.clock import DatabaseClock
from shared.db.database import Database, DatabaseAway, after_commit, violated
from shared.db.ids import new_id, parse_public_id, public_id
from shared.db.schema import metadata, new_metadata

__all__ = [
    "Database",
    "DatabaseAway",
    "DatabaseClock",
    "after_commit",
    "metadata",
    "new_id",
    "new_metadata",
    "parse_public_id",
    "public_id",
    "violated",
]
