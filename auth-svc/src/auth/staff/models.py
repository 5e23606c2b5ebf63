"""A staff account is a person at an organisation: one person may work for two, with two accounts."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from auth.metadata import metadata
from shared.personal.tables import person_keys

staff = Table(
    "staff",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey(person_keys.c.id), nullable=False),
    Column("bin", Text, nullable=False),
    Column("iin", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    # Counts the passwords that were set; a hash that is only made anew with another cost is the same password.
    Column("password_version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("language IN ('kk', 'ru', 'en')", name="language"),
    Index("staff_once_at_an_organisation", "person_id", "bin", unique=True),
    Index("staff_by_organisation", "bin", "id"),
)
