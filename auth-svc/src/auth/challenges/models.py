"""Challenges that were given and not yet forgotten. They hold nothing about a person."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, Table, Uuid

from auth.metadata import metadata

challenges = Table(
    "challenges",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("challenges_by_expiry", "expires_at"),
)
