"""Shared tables, rooms, an append-only list of entries, and a constraint that is judged at the commit."""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant, grant_append_only
from shared.events.migrations import create_event_tables
from shared.personal.migrations import create_person_keys
from shared.web.migrations import create_idempotency

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_person_keys(op)
    create_idempotency(op)
    op.create_table(
        "rooms",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("guest", sa.Text, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("number", name="uq_rooms_number"),
    )
    op.create_table(
        "entries", sa.Column("id", sa.Uuid, primary_key=True), sa.Column("room_id", sa.Uuid, nullable=False)
    )
    grant(op, "rooms")
    grant_append_only(op, "entries")
    op.execute(
        "CREATE TABLE deferred (id uuid PRIMARY KEY,"
        " room_id uuid NOT NULL REFERENCES rooms (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    grant(op, "deferred")
