"""The file of an application's evidence; `shared.pki.evidence` reads it, `shlyuz evidence verify` checks it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class EvidenceItem(BaseModel):
    """One signed document: the application, a step's record, or what a performer signed of a result."""

    kind: str
    sha256: str
    received_at: datetime
    document: str | None = Field(json_schema_extra={"contentEncoding": "base64"})
    signature: str = Field(json_schema_extra={"contentEncoding": "base64"})
    expectation: dict[str, Any] | None = Field(description="Whose signature was expected, and in which roles.")
    verdict: dict[str, Any] = Field(description="What condition 2 said, with the path and the hashes of lists used.")


class EvidenceFile(BaseModel):
    """All that was signed, with every list and answer once, by its SHA-256."""

    format: Literal["shlyuz-application-evidence-1"]
    application: str
    number: str
    items: list[EvidenceItem]
    revocation: dict[str, str] = Field(description="Lists and answers in base64, by the SHA-256 that verdicts name.")
