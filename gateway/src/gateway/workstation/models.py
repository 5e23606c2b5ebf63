"""What workstations may still ask for: events numbered without a gap per provider, in the order of their commits."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from gateway.database import metadata

workstation_counters = sa.Table(
    "workstation_counters",
    metadata,
    sa.Column("provider", sa.Text, primary_key=True),
    sa.Column("last", sa.BigInteger, nullable=False),
)

workstation_events = sa.Table(
    "workstation_events",
    metadata,
    sa.Column("provider", sa.Text, sa.ForeignKey(workstation_counters.c.provider), primary_key=True),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("data", JSONB, nullable=False),
    sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_workstation_events_stored_at", "stored_at"),
)
