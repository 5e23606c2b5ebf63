"""Providers as the regions' operators describe them; other services keep a copy from events."""

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from auth.metadata import metadata

providers = Table(
    "providers",
    metadata,
    Column("bin", Text, primary_key=True),
    Column("region", Text, nullable=False),
    Column("names", JSONB, nullable=False),
    Column("address", JSONB, nullable=False),
    Column("zone", Text, nullable=False),
    Column("opening_hours", JSONB, nullable=False),
    Column("services", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("version > 0", name="version"),
    Index("providers_by_region", "region", "bin"),
)

# Who runs a region's health services: its administrators describe the providers.
operators = Table(
    "operators",
    metadata,
    Column("region", Text, primary_key=True),
    Column("bin", Text, primary_key=True),
)
