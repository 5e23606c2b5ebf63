"""The tables of a case file, created by each owning service's own migration in its own database.

Append-only tables are granted SELECT and INSERT alone: what happened cannot be rewritten by the application's role.
"""

from shared.db.grants import Operations, app_role, grant, grant_append_only

_CASE_FILE = (
    "CREATE SEQUENCE application_numbers",
    "CREATE SEQUENCE notice_numbers",
    """
    CREATE TABLE providers (
        bin text PRIMARY KEY,
        region text NOT NULL,
        names jsonb NOT NULL,
        address jsonb NOT NULL,
        zone text NOT NULL,
        opening_hours jsonb NOT NULL,
        services text[] NOT NULL,
        active boolean NOT NULL,
        version integer NOT NULL
    )
    """,
    """
    CREATE TABLE applications (
        id uuid PRIMARY KEY,
        number text NOT NULL,
        applicant uuid NOT NULL,
        patient uuid NOT NULL,
        region text NOT NULL,
        service text NOT NULL,
        provider text NOT NULL,
        channel text NOT NULL,
        edition text NOT NULL,
        filed_by text NOT NULL CHECK (filed_by IN ('citizen', 'staff')),
        account text NOT NULL,
        min_acr text NOT NULL CHECK (min_acr IN ('password', 'certificate')),
        state text NOT NULL,
        status text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        procedure jsonb NOT NULL,
        due_at timestamptz,
        due jsonb,
        document_sha256 bytea,
        content bytea NOT NULL,
        details bytea,
        receipt bytea NOT NULL,
        filed_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT applications_number_key UNIQUE (number),
        CONSTRAINT applications_replay_key UNIQUE (applicant, document_sha256)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX applications_cabinet ON applications (patient, filed_at DESC, id DESC)",
    """
    CREATE TABLE tasks (
        id uuid PRIMARY KEY,
        application uuid NOT NULL REFERENCES applications (id),
        provider text NOT NULL,
        step text NOT NULL,
        round integer NOT NULL,
        performer text NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'resting', 'done', 'refused', 'dropped')),
        opened_at timestamptz NOT NULL,
        due_at timestamptz,
        due jsonb,
        shown_at timestamptz,
        claimed_by text,
        claimed_until timestamptz,
        overdue_at timestamptz,
        closed_at timestamptz,
        completed_by text,
        outcome text,
        ground text,
        result bytea,
        CONSTRAINT tasks_step_key UNIQUE (application, step, round)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX tasks_list ON tasks (provider, state, (COALESCE(due_at, 'infinity')), id)",
    "CREATE INDEX tasks_overdue ON tasks (due_at) WHERE state = 'open' AND overdue_at IS NULL AND due_at IS NOT NULL",
    """
    CREATE TABLE history (
        id uuid PRIMARY KEY,
        application uuid NOT NULL,
        version integer NOT NULL,
        at timestamptz NOT NULL,
        action text NOT NULL,
        state text NOT NULL,
        status text NOT NULL,
        process integer,
        step text,
        performer text,
        outcome text,
        ground text,
        actor_kind text NOT NULL,
        actor text,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT history_version_key UNIQUE (application, version)
    )
    """,
    "CREATE INDEX history_recorded ON history USING brin (recorded_at)",
    """
    CREATE TABLE signed_documents (
        id uuid PRIMARY KEY,
        application uuid NOT NULL,
        task uuid,
        kind text NOT NULL,
        person uuid NOT NULL,
        sha256 bytea NOT NULL,
        content bytea NOT NULL,
        revocation jsonb NOT NULL,
        received_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX signed_documents_application ON signed_documents (application)",
    """
    CREATE TABLE drafts (
        id uuid PRIMARY KEY,
        task uuid NOT NULL,
        application uuid NOT NULL,
        person uuid NOT NULL,
        version integer NOT NULL,
        previous_sha256 bytea,
        kind text NOT NULL CHECK (kind IN ('json', 'pdf')),
        outcome text NOT NULL,
        ground text,
        sha256 bytea NOT NULL,
        content bytea NOT NULL,
        prepared_by text NOT NULL,
        prepared_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT drafts_task_key UNIQUE (task)
    )
    """,
    "CREATE INDEX drafts_expires ON drafts (expires_at)",
    """
    CREATE TABLE notices (
        id uuid PRIMARY KEY,
        number text NOT NULL,
        person uuid NOT NULL,
        applicant uuid NOT NULL,
        application uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('refusal', 'result')),
        process integer,
        content bytea NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT notices_number_key UNIQUE (number)
    )
    """,
    "CREATE INDEX notices_cabinet ON notices (person, at DESC, id DESC)",
    "CREATE INDEX notices_application ON notices (application)",
    "CREATE INDEX notices_applicant ON notices (applicant)",
    """
    CREATE TABLE results (
        id uuid PRIMARY KEY,
        application uuid NOT NULL REFERENCES applications (id),
        task uuid NOT NULL,
        person uuid NOT NULL,
        provider text NOT NULL,
        code text NOT NULL,
        number text NOT NULL,
        kind jsonb NOT NULL,
        published boolean NOT NULL,
        state text NOT NULL CHECK (state IN ('signed', 'sealed', 'annulled')),
        masked bytea NOT NULL,
        content bytea NOT NULL,
        sha256 bytea NOT NULL,
        signed_at timestamptz NOT NULL,
        sealed_at timestamptz,
        annulled_at timestamptz,
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL,
        CONSTRAINT results_code_key UNIQUE (code)
    )
    """,
    "CREATE INDEX results_application ON results (application)",
    "CREATE INDEX results_unsealed ON results (next_try_at) WHERE state = 'signed'",
    """
    CREATE TABLE documents (
        id uuid PRIMARY KEY,
        person uuid NOT NULL,
        uploaded_by text NOT NULL,
        region text NOT NULL,
        service text NOT NULL,
        media_type text NOT NULL,
        size integer NOT NULL,
        sha256 bytea NOT NULL,
        content bytea NOT NULL,
        uploaded_at timestamptz NOT NULL,
        application uuid
    )
    """,
    "ALTER TABLE documents ALTER COLUMN content SET STORAGE EXTERNAL",
    "CREATE INDEX documents_unnamed ON documents (uploaded_at) WHERE application IS NULL",
    "CREATE INDEX documents_application ON documents (application) WHERE application IS NOT NULL",
    """
    CREATE TABLE journal_counters (
        provider text NOT NULL,
        journal text NOT NULL,
        volume text NOT NULL,
        year integer NOT NULL,
        last integer NOT NULL CHECK (last > 0),
        PRIMARY KEY (provider, journal, volume, year)
    )
    """,
    """
    CREATE TABLE journal_rows (
        id uuid PRIMARY KEY,
        provider text NOT NULL,
        journal text NOT NULL,
        volume text NOT NULL,
        year integer NOT NULL,
        number integer NOT NULL,
        application uuid NOT NULL,
        person uuid NOT NULL,
        at timestamptz NOT NULL,
        corrects uuid,
        content bytea NOT NULL,
        digest bytea NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT journal_rows_number_key UNIQUE (provider, journal, volume, year, number)
    )
    """,
    "CREATE INDEX journal_rows_recorded ON journal_rows USING brin (recorded_at)",
    "CREATE INDEX journal_rows_application ON journal_rows (application)",
    """
    CREATE TABLE access_records (
        id uuid PRIMARY KEY,
        person uuid NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        actor_bin text NOT NULL,
        actor_roles text[] NOT NULL,
        action text NOT NULL,
        application uuid,
        content bytea NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX access_records_person ON access_records (person, at DESC, id DESC)",
    "CREATE INDEX access_records_recorded ON access_records USING brin (recorded_at)",
    """
    CREATE TABLE chain_links (
        position bigint PRIMARY KEY,
        source text NOT NULL,
        row_id uuid NOT NULL,
        row_recorded_at timestamptz NOT NULL,
        digest bytea NOT NULL,
        hash bytea NOT NULL,
        chained_at timestamptz NOT NULL,
        CONSTRAINT chain_links_row_key UNIQUE (source, row_id)
    )
    """,
    "CREATE INDEX chain_links_recorded ON chain_links (source, row_recorded_at)",
)
_CHANGING = ("providers", "applications", "tasks", "drafts", "results", "documents", "journal_counters")
_APPEND_ONLY = ("history", "signed_documents", "notices", "journal_rows", "access_records", "chain_links")


def create_case_file(op: Operations) -> None:
    """Create the tables, sequences and grants of a case file.

    The service's migration also creates the tables of events, personal keys and idempotency, which these rely on.
    """
    for statement in _CASE_FILE:
        op.execute(statement)
    grant(op, *_CHANGING)
    grant_append_only(op, *_APPEND_ONLY)
    for sequence in ("application_numbers", "notice_numbers"):
        op.execute(f'GRANT USAGE ON SEQUENCE {sequence} TO "{app_role(op)}"')


def add_annulment(op: Operations) -> None:
    """Keep why a result is out of force, and let a notice tell of it: which kinds there are is the engine's to say."""
    for statement in (
        "ALTER TABLE results ADD COLUMN annulled_for jsonb",
        "ALTER TABLE notices DROP CONSTRAINT IF EXISTS notices_kind_check",
        "CREATE INDEX tasks_claimed ON tasks (claimed_until) WHERE claimed_by IS NOT NULL AND state = 'open'",
        "CREATE INDEX applications_filed ON applications USING brin (filed_at)",
    ):
        op.execute(statement)


def add_end_of_right(op: Operations) -> None:
    """Keep in the open from which day on the representative's right has ended, so that the cabinet can ask for it."""
    op.execute("ALTER TABLE applications ADD COLUMN acts_until date")


def add_urgency(op: Operations) -> None:
    """Let an application be urgent: its tasks stand before all others in the list."""
    for statement in (
        "ALTER TABLE applications ADD COLUMN urgent boolean NOT NULL DEFAULT false",
        "ALTER TABLE tasks ADD COLUMN urgent boolean NOT NULL DEFAULT false",
        "DROP INDEX tasks_list",
        """
        CREATE INDEX tasks_list ON tasks (
            provider, state, (CASE WHEN urgent THEN to_timestamp(0) ELSE COALESCE(due_at, 'infinity') END), id
        )
        """,
    ):
        op.execute(statement)
