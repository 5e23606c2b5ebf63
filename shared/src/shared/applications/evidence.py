"""What the gateway saw when it verified a signature (condition 2), as it travels with the forwarded request.

The owner trusts the gateway's verdict about the signature, and nothing else: it reads the signed bytes itself.
"""

import re
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from shared.errors import ProblemError

_BYTE_RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")


class EvidenceRefused(ProblemError):
    """The forwarded verdict is not `valid`, or does not speak of this document, this person or this provider."""

    code = "evidence-refused"
    status = 422
    condition = 2


class Source(BaseModel):
    """A revocation list or answer that was used, by hash; the bytes are kept once, by the gateway."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    fetched_at: datetime


class FormSeen(BaseModel):
    """The form that the token was given for."""

    model_config = ConfigDict(frozen=True)

    edition: str


class Evidence(BaseModel):
    """The verdict, the path from leaf to anchor (DER), and the revocation data used."""

    model_config = ConfigDict(frozen=True)

    received_at: datetime
    verdict: dict[str, Any]
    path: list[Base64Bytes] = Field(default_factory=list, max_length=16)
    revocation: list[Source] = Field(default_factory=list, max_length=64)
    form: FormSeen | None = None
    expectation: dict[str, Any] | None = None
    """Whose signature was expected, by which the verdict can be found again; only kept."""

    def signer(self) -> dict[str, Any]:
        """Give the signer of a valid verdict; raises EvidenceRefused."""
        signer = self.verdict.get("signer")
        if self.verdict.get("value") != "valid" or not isinstance(signer, dict):
            raise EvidenceRefused
        return signer

    def sources(self) -> list[dict[str, Any]]:
        """Write the revocation data used as plain JSON."""
        return [source.model_dump(mode="json") for source in self.revocation]

    def to_json(self) -> dict[str, Any]:
        """Write everything but the revocation data, as it is sealed with the document: it names the signer."""
        return self.model_dump(mode="json", exclude={"revocation"})


def signed_part(pdf: bytes, digest: bytes) -> bytes | None:
    """Give the bytes of a signed result that its performer signed: its first byte range, which seals leave alone.

    None where they have another hash than the one that was judged.
    """
    found = _BYTE_RANGE.search(pdf)
    if found is None:
        return None
    first, length, second, rest = (int(number) for number in found.groups())
    part = pdf[first : first + length] + pdf[second : second + rest]
    return part if sha256(part).digest() == digest else None


def full_name(signer: dict[str, Any]) -> str:
    """Write the signer's name as his certificate has it: surname, given name, patronymic; else the common name."""
    parts = [str(signer[key]) for key in ("surname", "given_name", "patronymic") if signer.get(key)]
    return (" ".join(parts) or str(signer.get("common_name") or ""))[:200]
