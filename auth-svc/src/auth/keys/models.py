"""Signing keys: the private half sealed under the service's key, the public half as it is published."""

from sqlalchemy import Column, DateTime, LargeBinary, Table, Text

from auth.metadata import metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("private", LargeBinary, nullable=False),
    Column("public", Text, nullable=False),
    Column("signs_from", DateTime(timezone=True), nullable=False),
    Column("signs_until", DateTime(timezone=True), nullable=False),
    Column("published_until", DateTime(timezone=True), nullable=False),
)
