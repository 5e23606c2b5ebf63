"""The folder of a local region: its data, keys, passwords, ports, logs; made once, so that it starts again as it was.

Everything in it is the owner's alone (0700, 0600). It holds private keys and passwords and never belongs into version
control; removing the folder removes the region.
"""

import fcntl
import json
import os
import secrets
import socket
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOOR = "gateway-web"  # the one process that people reach


class HomeInUse(Exception):
    """Another process runs this region."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"a region already runs in {path}; stop it, or choose another folder with --home")


class PortTaken(Exception):
    """A port that the region cannot do without belongs to someone else."""

    def __init__(self, name: str, port: int) -> None:
        advice = "choose another with --port (0: any free one)" if name == DOOR else "stop that program"
        super().__init__(f"port {port}, for {name}, is taken by another program; {advice}")


@dataclass(frozen=True, slots=True)
class Home:
    """Paths of a region, and what is kept there."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> "Home":
        home = cls(path.absolute())
        inside = (home.keys, home.callers, home.pki, home.seals, home.people, home.log, home.postgres, home.broker)
        for folder in (home.path, *inside):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def callers(self) -> Path:
        return self.path / "callers"

    @property
    def pki(self) -> Path:
        return self.path / "pki"

    @property
    def trust(self) -> Path:
        """The gateway's trust configuration."""
        return self.pki / "trust.toml"

    @property
    def seals(self) -> Path:
        """The providers' seal keys, `<bin>.p12` with `<bin>.pass`."""
        return self.path / "seals"

    @property
    def people(self) -> Path:
        return self.path / "people"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def broker(self) -> Path:
        return self.path / "broker"

    @property
    def cast(self) -> Path:
        """Everybody of the demo with passwords and key files, for programs."""
        return self.path / "people.json"

    @property
    def state(self) -> Path:
        """What runs, for programs: addresses, process numbers, database URLs. There while it runs."""
        return self.path / "region.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the region for one process; the kernel lets go when that ends, however it ends. Raises HomeInUse."""
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HomeInUse(self.path) from None
            yield

    def passwords(self, names: Iterable[str]) -> dict[str, str]:
        """Generated passwords by name, made on first use."""
        return self._remembered("passwords.json", {name: lambda: secrets.token_urlsafe(24) for name in names})

    def ports(self, names: Iterable[str], *, fixed: dict[str, int], settled: Iterable[str] = ()) -> dict[str, int]:
        """Ports on loopback by name: those of the last run, or others where someone took them since.

        `fixed` are taken as they are; `settled` may not change after the first run, since signed files name them.
        Raises PortTaken for one of these that is not free.
        """
        known = read_json(self.path / "ports.json")
        must = {name: known[name] for name in settled if name in known} | fixed
        for name, port in must.items():
            if not is_free(port):
                raise PortTaken(name, port)
        kept = {name: port for name, port in known.items() if is_free(port)} | must
        return self._remembered("ports.json", dict.fromkeys(names, lambda: free_port(kept.values())), known=kept)

    def write(self, path: Path, data: bytes) -> Path:
        """Write a secret file as a whole or not at all."""
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
        return fresh.replace(path)

    def write_json(self, path: Path, value: Any) -> Path:
        return self.write(path, json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n")

    def _remembered(self, file: str, makers: dict[str, Any], *, known: dict[str, Any] | None = None) -> dict[str, Any]:
        values = read_json(self.path / file) if known is None else known
        for name, make in makers.items():
            if name not in values:
                values[name] = make()
        self.write_json(self.path / file, values)
        return {name: values[name] for name in makers}


def read_json(path: Path) -> dict[str, Any]:
    """The object in the file, or an empty one where there is no file yet."""
    return dict(json.loads(path.read_bytes())) if path.exists() else {}


def is_free(port: int) -> bool:
    """Whether a server may listen on this loopback port now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(promised: Collection[int] = ()) -> int:
    """A loopback port that no one listens on, by chance, so that two regions that start side by side do not meet.

    Below the range from which the kernel takes ports for outgoing connections; none that is `promised` already to
    somebody who does not listen yet.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        if port not in promised and is_free(port):
            return port
