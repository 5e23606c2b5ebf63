"""Keep why a result is out of force; index what the sweep of ended claims and the statistics look for."""

from alembic import op

from shared.applications.migrations import add_annulment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_annulment(op)
