"""Accounts, sessions, providers, keys, and the trail that only grows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db.grants import grant, grant_append_only
from shared.events.migrations import create_event_tables
from shared.personal.migrations import create_person_keys

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
LANGUAGE = "language IN ('kk', 'ru', 'en')"


def upgrade() -> None:
    create_event_tables(op)
    create_person_keys(op)
    create_accounts()
    create_sessions()
    create_organisations()
    create_trail()
    grant(op, "citizens", "staff", "providers", "operators")
    grant(op, "challenges", "sessions", "refresh_tokens", "login_failures", "signing_keys")
    grant_append_only(op, "registration_proofs", "audit_records", "audit_links")


def create_accounts() -> None:
    op.create_table(
        "citizens",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person_keys.id"), nullable=False),
        sa.Column("iin", sa.LargeBinary, nullable=False),
        sa.Column("phone", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("password_version", sa.Integer, nullable=False),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.UniqueConstraint("person_id", name="uq_citizens_person_id"),
        sa.CheckConstraint(LANGUAGE, name="ck_citizens_language"),
    )
    op.create_table(
        "registration_proofs",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person_keys.id"), primary_key=True),
        sa.Column("document_sha256", sa.LargeBinary, primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
        sa.Column("proven_at", INSTANT, nullable=False),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person_keys.id"), nullable=False),
        sa.Column("bin", sa.Text, nullable=False),
        sa.Column("iin", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("password_version", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint(LANGUAGE, name="ck_staff_language"),
    )
    op.create_index("staff_once_at_an_organisation", "staff", ["person_id", "bin"], unique=True)
    op.create_index("staff_by_organisation", "staff", ["bin", "id"])


def create_sessions() -> None:
    op.create_table(
        "challenges",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("challenges_by_expiry", "challenges", ["expires_at"])
    op.create_table(
        "login_failures",
        sa.Column("subject", sa.LargeBinary, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_failed_at", INSTANT, nullable=False),
        sa.Column("locked_until", INSTANT),
        sa.CheckConstraint("failures > 0", name="ck_login_failures_counted"),
    )
    op.create_index("login_failures_by_time", "login_failures", ["last_failed_at"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("acr", sa.Text, nullable=False),
        sa.Column("certificate_serial", sa.Text),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_because", sa.Text),
        sa.CheckConstraint("kind IN ('citizen', 'staff')", name="ck_sessions_kind"),
        sa.CheckConstraint("acr IN ('password', 'certificate')", name="ck_sessions_acr"),
        sa.CheckConstraint("kind = 'citizen' OR acr = 'certificate'", name="ck_sessions_staff_certificate"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ck_sessions_ended"),
    )
    op.create_index("sessions_by_account", "sessions", ["account_id"])
    op.create_index("sessions_by_expiry", "sessions", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("refresh_tokens_by_session", "refresh_tokens", ["session_id"])
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("private", sa.LargeBinary, nullable=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("signs_from", INSTANT, nullable=False),
        sa.Column("signs_until", INSTANT, nullable=False),
        sa.Column("published_until", INSTANT, nullable=False),
    )


def create_organisations() -> None:
    op.create_table(
        "providers",
        sa.Column("bin", sa.Text, primary_key=True),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("names", JSONB, nullable=False),
        sa.Column("address", JSONB, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("opening_hours", JSONB, nullable=False),
        sa.Column("services", ARRAY(sa.Text), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("version > 0", name="ck_providers_version"),
    )
    op.create_index("providers_by_region", "providers", ["region", "bin"])
    op.create_table(
        "operators",
        sa.Column("region", sa.Text, primary_key=True),
        sa.Column("bin", sa.Text, primary_key=True),
    )


def create_trail() -> None:
    op.create_table(
        "audit_records",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("process", sa.SmallInteger),
        sa.Column("account_id", sa.Uuid),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("subject", sa.LargeBinary),
        sa.Column("address", sa.LargeBinary),
        sa.Column("request_id", sa.Text),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("notice", JSONB),
    )
    op.create_table(
        "audit_links",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, sa.ForeignKey("audit_records.number"), nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("number", name="uq_audit_links_number"),
    )
