"""How often someone failed to log in: one row for each account (known or not) and each address, by keyed hash."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, LargeBinary, Table

from auth.metadata import metadata

login_failures = Table(
    "login_failures",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_failed_at", DateTime(timezone=True), nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    CheckConstraint("failures > 0", name="counted"),
    Index("login_failures_by_time", "last_failed_at"),
)
