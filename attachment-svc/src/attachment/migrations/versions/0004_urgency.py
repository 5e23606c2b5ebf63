"""Urgent applications: their tasks stand before all others in the list."""

from alembic import op

from shared.applications.migrations import add_urgency

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    add_urgency(op)
