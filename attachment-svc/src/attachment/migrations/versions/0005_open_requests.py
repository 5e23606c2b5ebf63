"""One open request for enrolment per person, and the change of address that an enrolment brings."""

from alembic import op

from shared.db.grants import grant

revision = "0005"
down_revision = "0004"

# An application's row is written after what its service takes, so that it is looked for at the end.
_STATEMENTS = (
    """
    CREATE TABLE open_requests (
        person uuid PRIMARY KEY REFERENCES person_keys,
        application uuid NOT NULL UNIQUE REFERENCES applications DEFERRABLE INITIALLY DEFERRED
    )
    """,
    "ALTER TABLE register_events DROP CONSTRAINT register_events_kind_check",
    """
    ALTER TABLE register_events ADD CONSTRAINT register_events_kind_check
        CHECK (kind IN ('died', 'moved-away', 'iin-changed', 'name-changed', 'address-changed'))
    """,
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    grant(op, "open_requests")
