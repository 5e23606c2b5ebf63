"""Tables of the notices. Numbers are gapless per year; what could name a person is sealed under that person's key."""

import sqlalchemy as sa

from gateway.database import metadata

notice_counters = sa.Table(
    "notice_counters",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    # A refused registration names a person whom nobody has proved to be: kept, and not shown in that person's cabinet.
    sa.Column("in_cabinet", sa.Boolean, nullable=False),
    sa.Column("occasion", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("clause", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=True),
    sa.Column("task_id", sa.Text, nullable=True),
    sa.Column("formed_at", sa.DateTime(timezone=True), nullable=False),
    # The same document refused twice for the same reason is one refusal.
    sa.Column("fingerprint", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Index("ix_notices_person", "person_id", "formed_at", "id"),
)
