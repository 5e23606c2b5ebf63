"""Keep from which day on the representative's right has ended: from then on he finds the application no more."""

from alembic import op

from shared.applications.migrations import add_end_of_right

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    add_end_of_right(op)
