"""Rows as the tasks' use cases read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A step opened for an application at a provider; a claim counts until `claimed_until`."""

    id: UUID
    application: UUID
    provider: str
    step: str
    round: int
    performer: str
    state: str
    opened_at: datetime
    due_at: datetime | None
    due: Mapping[str, Any] | None
    claimed_by: str | None
    claimed_until: datetime | None
    closed_at: datetime | None
    outcome: str | None
    urgent: bool

    def claimed(self, now: datetime) -> str | None:
        """Give the account that holds the task now, if one does."""
        return self.claimed_by if self.claimed_until is not None and self.claimed_until > now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignee:
    """Whom a supervisor gives a task to, as auth-svc knows him now."""

    account_id: str
    bin: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a performer prepared and has still to sign; `content` is sealed for the patient."""

    id: UUID
    task: UUID
    application: UUID
    person: UUID
    version: int
    previous_sha256: bytes | None
    kind: str
    outcome: str
    ground: str | None
    sha256: bytes
    content: bytes
    prepared_by: str
    prepared_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBefore:
    """A document that was signed earlier in the same application."""

    sha256: bytes
    kind: str
    content: bytes
    id: UUID
    task: UUID | None
    provider: str | None
    """Where its step was carried out."""
    received_at: datetime
