"""Urgent applications: their tasks stand before all others in the list."""

from alembic import op

from shared.applications.migrations import add_urgency

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    add_urgency(op)
