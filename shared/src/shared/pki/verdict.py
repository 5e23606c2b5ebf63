"""What condition 2 answers: one of three values, why, by which clause, about whom, and on which evidence."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from shared.pki.codes import Code, Value
from shared.pki.signer import Signer
from shared.pki.stamp import TimeStamp

__all__ = ["Evidence", "Source", "SourceKind", "Value", "Verdict"]


class SourceKind(StrEnum):
    """Where a revocation fact came from."""

    LIST = "list"
    DELTA = "delta"
    ANSWER = "answer"


_YEARS = range(1970, 9000)
"""Of an instant that one may add a duration to without leaving the calendar."""


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or instant.year not in _YEARS:
        raise ValueError("an instant without its zone, or beyond the calendar")
    return instant


def _texts(certificates: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(certificate).decode() for certificate in certificates]


def _certificates(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(text, validate=True) for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A list or answer that was used, by its hash; the bytes are stored once, elsewhere."""

    kind: SourceKind
    sha256: str
    fetched_at: datetime
    this_update: datetime
    next_update: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON types."""
        return {
            "kind": self.kind.value,
            "sha256": self.sha256,
            "fetched_at": self.fetched_at.isoformat(),
            "this_update": self.this_update.isoformat(),
            "next_update": self.next_update.isoformat() if self.next_update else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what as_json wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            kind=SourceKind(data["kind"]),
            sha256=bytes.fromhex(data["sha256"]).hex(),
            fetched_at=_instant(data["fetched_at"]),
            this_update=_instant(data["this_update"]),
            next_update=_instant(data["next_update"]) if data["next_update"] else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the verdict stands on, to be stored with the application.

    `path` is DER, the signer's certificate first, the pinned root last; empty when no path was found. `list_signers`
    are the certificates, beside those of the path, by which a list's signer was trusted.
    """

    at: datetime
    document_sha256: str
    signature_sha256: str
    path: tuple[bytes, ...] = ()
    revocation: tuple[Source, ...] = ()
    list_signers: tuple[bytes, ...] = ()
    time_stamp: TimeStamp | None = None

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON types, certificates in base64."""
        return {
            "at": self.at.isoformat(),
            "document_sha256": self.document_sha256,
            "signature_sha256": self.signature_sha256,
            "path": _texts(self.path),
            "revocation": [source.as_json() for source in self.revocation],
            "list_signers": _texts(self.list_signers),
            "time_stamp": self.time_stamp.as_json() if self.time_stamp else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what as_json wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            at=_instant(data["at"]),
            document_sha256=data["document_sha256"],
            signature_sha256=data["signature_sha256"],
            path=_certificates(data["path"]),
            revocation=tuple(Source.from_json(source) for source in data["revocation"]),
            list_signers=_certificates(data.get("list_signers") or ()),
            time_stamp=TimeStamp.from_json(stamp) if (stamp := data.get("time_stamp")) else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer. Only VALID lets anything happen; UNKNOWN asks to try again and uses nothing up.

    `signer` is there as soon as a certificate could be read, also in a refusal; only in VALID may it be believed.
    """

    code: Code
    detail: str
    signer: Signer | None
    evidence: Evidence

    @property
    def value(self) -> Value:
        """Valid, invalid or unknown, by the code."""
        return self.code.verdict

    @property
    def step(self) -> int:
        """The numbered step of docs/condition-2.md that ended the examination; 0 when all passed."""
        return self.code.step

    @property
    def clause(self) -> str:
        """The clauses of the decrees and the section of the standard that the code stands on."""
        return self.code.clause

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON types, for the forwarded request and the stored evidence."""
        return {
            "value": self.value.value,
            "code": self.code.value,
            "step": self.step,
            "clause": self.clause,
            "detail": self.detail,
            "signer": self.signer.as_json() if self.signer else None,
            "evidence": self.evidence.as_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what as_json wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            code=Code.of(data["code"]),
            detail=data["detail"],
            signer=Signer.from_json(data["signer"]) if data["signer"] else None,
            evidence=Evidence.from_json(data["evidence"]),
        )
