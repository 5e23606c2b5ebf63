"""Periods of temporary disability: nobody has two at once, nor one at another provider while one is open."""

from alembic import op

from shared.db.grants import grant

revision = "0006"
down_revision = "0005"

_STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    CREATE TABLE disability (
        application uuid CONSTRAINT pk_disability PRIMARY KEY,
        person uuid NOT NULL,
        provider text NOT NULL,
        chain uuid NOT NULL,
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        decided_by text NOT NULL,
        issued_on date NOT NULL,
        CONSTRAINT ck_disability_period CHECK (starts_on <= ends_on),
        CONSTRAINT ex_disability_overlap
            EXCLUDE USING gist (person WITH =, daterange(starts_on, ends_on, '[]') WITH &&),
        CONSTRAINT ex_disability_open_elsewhere EXCLUDE USING gist
            (person WITH =, provider WITH <>, daterange(issued_on, greatest(ends_on, issued_on), '[]') WITH &&)
    )
    """,
    "CREATE INDEX ix_disability_person ON disability (person, starts_on)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    grant(op, "disability")
