"""A session belongs to one account; its refresh tokens are kept as hashes, used ones too, so that reuse is seen."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, LargeBinary, Table, Text, Uuid

from auth.metadata import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("acr", Text, nullable=False),
    Column("certificate_serial", Text),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_because", Text),
    CheckConstraint("kind IN ('citizen', 'staff')", name="kind"),
    CheckConstraint("acr IN ('password', 'certificate')", name="acr"),
    CheckConstraint("kind = 'citizen' OR acr = 'certificate'", name="staff_certificate"),
    CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended"),
    Index("sessions_by_account", "account_id"),
    Index("sessions_by_expiry", "expires_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("session_id", Uuid, ForeignKey(sessions.c.id, ondelete="CASCADE"), nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Index("refresh_tokens_by_session", "session_id"),
)
