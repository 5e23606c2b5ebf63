"""Hold a slot while its form is signed; a doctor's exceptions, and by which opening hours his slots were made."""

from alembic import op

from shared.db.grants import grant

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    "ALTER TABLE slots ADD COLUMN held_by text, ADD COLUMN held_until timestamptz",
    "ALTER TABLE slots ADD CONSTRAINT ck_slots_held CHECK (num_nulls(held_by, held_until) IN (0, 2))",
    """
    ALTER TABLE slots ADD CONSTRAINT ck_slots_held_is_free
    CHECK (held_by IS NULL OR (application IS NULL AND withdrawn_at IS NULL))
    """,
    "CREATE UNIQUE INDEX uq_slots_held_by ON slots (held_by) WHERE held_by IS NOT NULL",
    "CREATE INDEX ix_slots_taken ON slots (provider, starts_at, id) WHERE application IS NOT NULL",
    "ALTER TABLE doctors ADD COLUMN hours_version integer NOT NULL DEFAULT 0",
    """
    CREATE TABLE schedule_exceptions (
        id uuid CONSTRAINT pk_schedule_exceptions PRIMARY KEY,
        doctor uuid NOT NULL CONSTRAINT fk_schedule_exceptions_doctor_doctors REFERENCES doctors (id),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        ground text NOT NULL,
        made_by text NOT NULL,
        made_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT ck_schedule_exceptions_order CHECK (starts_at < ends_at),
        CONSTRAINT ex_schedule_exceptions_overlap
            EXCLUDE USING gist (doctor WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (ended_at IS NULL)
    )
    """,
    # The engine names the kinds of notices: what a provider does with a time that it gave is told in notices too.
    "ALTER TABLE notices DROP CONSTRAINT IF EXISTS notices_kind_check",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    grant(op, "schedule_exceptions")
