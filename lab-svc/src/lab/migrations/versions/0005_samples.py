"""Samples, by the code on the tube; and the codes that a laboratory refused, which nobody can rewrite."""

from alembic import op

from shared.db.grants import grant, grant_append_only

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE samples (
            application uuid PRIMARY KEY REFERENCES applications (id),
            code text NOT NULL,
            laboratory text NOT NULL,
            alarm_at timestamptz,
            received_at timestamptz,
            judged boolean NOT NULL DEFAULT false,
            CONSTRAINT samples_code_key UNIQUE (code)
        )
    """)
    op.execute("CREATE INDEX samples_alarm ON samples (laboratory, alarm_at) WHERE NOT judged")
    op.execute("""
        CREATE TABLE sample_refusals (
            id uuid PRIMARY KEY,
            code text NOT NULL,
            laboratory text NOT NULL,
            account text NOT NULL,
            at timestamptz NOT NULL,
            why text NOT NULL CHECK (why IN ('unknown', 'elsewhere', 'twice'))
        )
    """)
    grant(op, "samples")
    grant_append_only(op, "sample_refusals")
