"""What external registers answered: evidence, sealed for the person, never changed."""

from alembic import op

from shared.db.grants import grant_append_only

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    CREATE TABLE register_answers (
        id uuid CONSTRAINT pk_register_answers PRIMARY KEY,
        application uuid NOT NULL CONSTRAINT fk_register_answers_application_applications REFERENCES applications (id),
        task uuid NOT NULL,
        register text NOT NULL,
        person uuid NOT NULL,
        sha256 bytea NOT NULL,
        content bytea NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_register_answers_application ON register_answers (application)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    grant_append_only(op, "register_answers")
