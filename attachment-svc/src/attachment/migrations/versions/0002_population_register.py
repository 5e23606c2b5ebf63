"""The population register: persons, providers' districts, enrolment periods, what happened, imports."""

from alembic import op

from shared.db.grants import grant, grant_append_only

revision = "0002"
down_revision = "0001"

_TABLES = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    CREATE TABLE persons (
        id uuid PRIMARY KEY REFERENCES person_keys,
        name_key bytea NOT NULL,
        content bytea NOT NULL,
        state text NOT NULL CHECK (state IN ('present', 'away', 'dead')),
        changed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX persons_name ON persons (name_key)",
    """
    CREATE TABLE districts (
        id uuid PRIMARY KEY,
        provider text NOT NULL REFERENCES providers,
        name text NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT districts_name_key UNIQUE (provider, name)
    )
    """,
    # A side is 0 (even) or 1 (odd); houses are positions: the number and its letter as one integer.
    """
    CREATE TABLE district_houses (
        id uuid PRIMARY KEY,
        district uuid NOT NULL REFERENCES districts,
        region text NOT NULL,
        locality_key text NOT NULL,
        street_key text NOT NULL,
        sides int4range NOT NULL,
        houses int4range NOT NULL CHECK (NOT isempty(houses)),
        shown jsonb NOT NULL,
        CONSTRAINT district_houses_overlap EXCLUDE USING gist
            (region WITH =, locality_key WITH =, street_key WITH =, sides WITH &&, houses WITH &&)
    )
    """,
    "CREATE INDEX district_houses_district ON district_houses (district)",
    """
    CREATE TABLE enrolments (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES persons,
        provider text NOT NULL REFERENCES providers,
        district uuid REFERENCES districts,
        started_on date NOT NULL,
        ended_on date,
        end_reason text CHECK (end_reason IN ('transfer', 'death', 'moved-away')),
        application uuid,
        created_at timestamptz NOT NULL,
        CONSTRAINT enrolments_order CHECK (started_on <= ended_on),
        CONSTRAINT enrolments_end CHECK (num_nulls(ended_on, end_reason) IN (0, 2)),
        CONSTRAINT enrolments_overlap EXCLUDE USING gist (person WITH =, daterange(started_on, ended_on) WITH &&)
    )
    """,
    "CREATE UNIQUE INDEX enrolments_one_open ON enrolments (person) WHERE ended_on IS NULL",
    """
    CREATE TABLE register_events (
        id uuid PRIMARY KEY,
        person uuid NOT NULL REFERENCES persons,
        kind text NOT NULL CHECK (kind IN ('died', 'moved-away', 'iin-changed', 'name-changed')),
        happened_on date NOT NULL,
        actor text NOT NULL,
        actor_bin text NOT NULL,
        content bytea NOT NULL,
        recorded_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX register_events_person ON register_events (person, recorded_at)",
    """
    CREATE TABLE register_imports (
        digest bytea PRIMARY KEY,
        rows bigint NOT NULL,
        taken bigint NOT NULL,
        finished boolean NOT NULL,
        started_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE register_import_notes (
        import bytea NOT NULL REFERENCES register_imports,
        row bigint NOT NULL,
        taken boolean NOT NULL,
        code text NOT NULL,
        PRIMARY KEY (import, row, code)
    )
    """,
)


def upgrade() -> None:
    for statement in _TABLES:
        op.execute(statement)
    grant(op, "persons", "districts", "district_houses", "enrolments", "register_imports")
    grant_append_only(op, "register_events", "register_import_notes")
