"""The tables of a case file, and what it stands on: events, personal keys, remembered answers."""

from alembic import op

from shared.applications.migrations import create_case_file
from shared.events.migrations import create_event_tables
from shared.personal.migrations import create_person_keys
from shared.web.migrations import create_idempotency

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_event_tables(op)
    create_person_keys(op)
    create_idempotency(op)
    create_case_file(op)
