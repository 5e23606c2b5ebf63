"""Answers that are remembered under an Idempotency-Key."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, SmallInteger, Table, Text, Uuid, func

from shared.db import metadata

answers = Table(
    "answers",
    metadata,
    Column("scope", Text, primary_key=True, comment="whose key it is: an account, never an IIN"),
    Column("key", Text, primary_key=True),
    Column("request_digest", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=True),
    Column("media_type", Text, nullable=True),
    Column("body", LargeBinary, nullable=True, comment="sealed under the person's key when there is one"),
    Column("person_id", Uuid, nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_answers_created_at", "created_at"),
)
