"""A citizen's account, and the signed proofs by which IINs were registered or taken over."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, Uuid

from auth.metadata import metadata
from shared.personal.tables import person_keys

citizens = Table(
    "citizens",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey(person_keys.c.id), nullable=False, unique=True),
    Column("iin", LargeBinary, nullable=False),
    Column("phone", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    # Counts the passwords that were set; a hash that is only made anew with another cost is the same password.
    Column("password_version", Integer, nullable=False),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
)

# Append-only: what a person signed is evidence, and one document registers once.
registration_proofs = Table(
    "registration_proofs",
    metadata,
    Column("person_id", Uuid, ForeignKey(person_keys.c.id), primary_key=True),
    Column("document_sha256", LargeBinary, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("proven_at", DateTime(timezone=True), nullable=False),
)
