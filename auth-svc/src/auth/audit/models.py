"""Append-only: the application's role may neither change nor delete a record or a link."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, LargeBinary, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from auth.metadata import metadata

audit_records = Table(
    "audit_records",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("deed", Text, nullable=False),
    Column("process", SmallInteger),
    Column("account_id", Uuid),
    Column("actor_id", Uuid),
    Column("subject", LargeBinary),
    Column("address", LargeBinary),
    Column("request_id", Text),
    Column("facts", JSONB, nullable=False),
    Column("notice", JSONB),
)

# Links stand apart from records, so that chaining needs no right to change a record.
audit_links = Table(
    "audit_links",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, ForeignKey("audit_records.number"), nullable=False, unique=True),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
