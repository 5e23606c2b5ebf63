"""Rights to act for another: kept with the document that shows them, ended by their day or by what revoked them."""

from alembic import op

from shared.db.grants import grant_append_only, grant_columns

revision = "0003"
down_revision = "0002"

_TABLES = (
    """
    CREATE TABLE representations (
        id uuid PRIMARY KEY,
        representative uuid NOT NULL REFERENCES person_keys,
        represented uuid NOT NULL REFERENCES persons,
        kind text NOT NULL,
        from_on date NOT NULL,
        until_on date,
        application uuid,
        content bytea NOT NULL,
        recorded_by text NOT NULL,
        recorded_bin text NOT NULL,
        recorded_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_by text,
        revoked_bin text,
        revoked_for bytea,
        CONSTRAINT representations_two CHECK (representative <> represented),
        CONSTRAINT representations_order CHECK (from_on < until_on),
        CONSTRAINT representations_revoked
            CHECK (num_nulls(revoked_at, revoked_by, revoked_bin, revoked_for) IN (0, 4)),
        CONSTRAINT representations_overlap EXCLUDE USING gist
            (representative WITH =, represented WITH =, daterange(from_on, until_on) WITH &&)
            WHERE (revoked_at IS NULL)
    )
    """,
    "CREATE INDEX representations_pair ON representations (representative, represented)",
    "CREATE INDEX representations_represented ON representations (represented)",
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    grant_append_only(op, "representations")
    grant_columns(op, "representations", "revoked_at", "revoked_by", "revoked_bin", "revoked_for")
