"""What the supervisor keeps running: one Python module, its arguments, its environment and the file it logs to."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    name: str
    module: str
    arguments: tuple[str, ...] = ()
    environment: dict[str, str]
    log: Path
    port: int | None = None  # where it answers /readyz on loopback; without one it is ready when it runs

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"log": str(self.log)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Program":
        return cls(**values | {"log": Path(values["log"]), "arguments": tuple(values["arguments"])})
