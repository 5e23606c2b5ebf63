"""Slips of anonymous tests by their slow hash, tries of them, and leave to drop the time of what was signed."""

from alembic import op

from shared.db.grants import app_role, grant

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE slips (
            digest bytea PRIMARY KEY,
            application uuid NOT NULL REFERENCES applications (id) DEFERRABLE INITIALLY DEFERRED,
            opened_by text,
            CONSTRAINT slips_application_key UNIQUE (application)
        )
    """)
    op.execute("CREATE TABLE slip_tries (id uuid PRIMARY KEY, account text NOT NULL, at timestamptz NOT NULL)")
    op.execute("CREATE INDEX slip_tries_account ON slip_tries (account, at)")
    grant(op, "slips", "slip_tries")
    op.execute(f'GRANT UPDATE (received_at) ON signed_documents TO "{app_role(op)}"')
