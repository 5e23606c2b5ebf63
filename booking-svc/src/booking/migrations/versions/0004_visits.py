"""Home calls: visits of doctors, and which staff account is a doctor's."""

from alembic import op

from shared.db.grants import grant

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    "ALTER TABLE doctors ADD COLUMN account text",
    "CREATE UNIQUE INDEX uq_doctors_account ON doctors (provider, account) WHERE account IS NOT NULL",
    """
    CREATE TABLE visits (
        application uuid CONSTRAINT pk_visits PRIMARY KEY,
        provider text NOT NULL,
        doctor uuid NOT NULL CONSTRAINT fk_visits_doctor_doctors REFERENCES doctors (id),
        visit_at timestamptz NOT NULL,
        on_date date NOT NULL,
        outcome text,
        ended_at timestamptz,
        ended_by text,
        CONSTRAINT ck_visits_ended CHECK (num_nulls(outcome, ended_at, ended_by) IN (0, 3))
    )
    """,
    "CREATE INDEX ix_visits_provider ON visits (provider, on_date)",
    "CREATE INDEX ix_visits_doctor ON visits (doctor, on_date)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    grant(op, "visits")
