"""What is known of a region that runs, for the programs beside it: the demo, tests, the doctor."""

import http.client
import json
import os
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.testing.authority_server import AuthorityServer


class NotRunning(Exception):
    """There is no region in that folder that runs now."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"no region runs in {home}; start one with: make run")


@dataclass(frozen=True, kw_only=True)
class RegionState:
    """Addresses, process numbers, database URLs. It holds passwords: its text shows the address alone."""

    url: str
    home: Path
    pid: int
    processes: dict[str, int]
    ready_ports: dict[str, int]
    admin_url: str
    owner_urls: dict[str, str]
    database_urls: dict[str, str]
    kafka: str
    trust: Path
    authority_url: str
    authority: "AuthorityServer | None" = field(default=None, compare=False)
    """The authority itself, for whoever started the region in this very process: it revokes, it can fall silent."""
    gost_authority: "AuthorityServer | None" = field(default=None, compare=False)
    """The other authority, of GOST keys, likewise."""

    def __repr__(self) -> str:
        return f"RegionState({self.url})"

    @cached_property
    def people(self) -> dict[str, Any]:
        """The citizens, staff, providers and the authority of the demo: the object in people.json."""
        return dict(json.loads((self.home / "people.json").read_bytes()))

    @classmethod
    def load(cls, home: Path) -> "RegionState":
        """Read what runs there. Raises NotRunning when nothing does, or the process that ran it is gone."""
        file = home / "region.json"
        if not file.exists():
            raise NotRunning(home)
        values = json.loads(file.read_bytes())
        if not is_alive(values["pid"]):
            raise NotRunning(home)
        return cls(**values | {"home": Path(values["home"]), "trust": Path(values["trust"])})

    def to_json(self) -> dict[str, Any]:
        here = {"authority", "gost_authority"}  # objects of this process
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in here}
        return values | {"home": str(self.home), "trust": str(self.trust)}

    def silent(self) -> list[str]:
        """Name the processes that do not say that they are ready."""
        return [name for name, port in self.ready_ports.items() if not answers(port)]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as someone else
        return True
    return True


def answers(port: int) -> bool:
    """Whether a process says on that loopback port that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
