"""Rows as filing reads them."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

import orjson

from shared.applications.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What came: the exact signed bytes, the CMS over them, and what condition 2 saw."""

    document: bytes
    signature: bytes
    evidence: Evidence

    @property
    def sha256(self) -> bytes:
        """Give the hash of the signed bytes: the same for one document whoever signs it again."""
        return sha256(self.document).digest()

    def kept(self) -> bytes:
        """Write all that is stored of it but the revocation data, to be sealed."""
        return orjson.dumps(
            {
                "document": b64encode(self.document).decode(),
                "signature": b64encode(self.signature).decode(),
                "evidence": self.evidence.to_json(),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An application that was accepted before: its first answer, sealed for the person it is about."""

    id: UUID
    number: str
    receipt: bytes
    person: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDocument:
    """An uploaded document that an application names; `free` until one has taken it."""

    id: UUID
    sha256: str
    person: UUID
    region: str
    service: str
    free: bool
    uploaded_at: datetime

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """Make the value of a row as JSON."""
        return cls(
            id=UUID(row["id"]),
            sha256=row["sha256"],
            person=UUID(row["person"]),
            region=row["region"],
            service=row["service"],
            free=row["free"],
            uploaded_at=datetime.fromisoformat(row["uploaded_at"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The caller's Idempotency-Key, if he gave one, and whose it is."""

    scope: str
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a key was used for: the hash of the document, and the application that it led to."""

    digest: bytes
    application: UUID
