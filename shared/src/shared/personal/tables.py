"""One row per person that a service knows: the wrapped data key, and a keyed hash to find it by."""

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text, UniqueConstraint, Uuid, func

from shared.db import metadata

person_keys = Table(
    "person_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("lookup", LargeBinary, nullable=True, comment="HMAC-SHA-256 of the IIN; null once the key is destroyed"),
    Column("key_name", Text, nullable=False, comment="of the wrapping key in the service's keyring"),
    Column("wrapped", LargeBinary, nullable=True, comment="data key under the wrapping key; null once destroyed"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("destroyed_at", DateTime(timezone=True), nullable=True),
    UniqueConstraint("lookup"),
)
