"""What is kept of an external register's answer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """An answer as it came, sealed for the person; `sha256` is that of the bytes."""

    id: UUID
    application: UUID
    task: UUID
    register: str
    person: UUID
    sha256: bytes
    content: bytes
    asked_by: str
    asked_at: datetime
