"""What a time stamp beside a signature says, as the verdict keeps it; `shared.pki.timestamps` judges it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """What a token says. `at` is None when it cannot be read; only `trusted` makes it more than a claim."""

    at: datetime | None
    trusted: bool

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON types."""
        return {"at": self.at.isoformat() if self.at else None, "trusted": self.trusted}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "TimeStamp":
        """Read back what as_json wrote."""
        at = data["at"]
        return cls(at=datetime.fromisoformat(at) if at else None, trusted=data["trusted"] is True)
