"""The test authority in a folder: the demo region stops and starts again with the same citizens."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.pki import files
from shared.pki.signing import SigningKey
from shared.testing import authority_keys
from shared.testing.authority_forms import Revoked


@dataclass(slots=True)
class Books:
    """What an authority remembers: numbers given out, and whom it revoked."""

    serial: int = 1
    list_number: int = 0
    base_number: int = 0
    revoked: dict[int, Revoked] = field(default_factory=dict)
    in_base: dict[int, Revoked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Everything of an authority that outlives a process."""

    algorithm: str
    base_url: str
    fresh_keys: bool
    root: SigningKey
    issuing: SigningKey
    responder: SigningKey
    books: Books

    def save(self, folder: Path) -> None:
        """Write keys (without password, readable by the owner alone), certificates and books."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, holder in (("root", self.root), ("issuing", self.issuing), ("responder", self.responder)):
            _write(folder / f"{name}.key", authority_keys.write(holder.private))
            _write(folder / f"{name}.pem", holder.certificate_pem)
        data = {
            "algorithm": self.algorithm,
            "base_url": self.base_url,
            "fresh_keys": self.fresh_keys,
            "serial": self.books.serial,
            "list_number": self.books.list_number,
            "base_number": self.books.base_number,
            "revoked": [_entry(entry) for entry in self.books.revoked.values()],
            "in_base": [_entry(entry) for entry in self.books.in_base.values()],
        }
        _write(folder / "authority.json", json.dumps(data, indent=1).encode())


def load(folder: Path) -> Kept:
    """Read a folder that `Kept.save` wrote."""
    data = json.loads((folder / "authority.json").read_text(encoding="utf-8"))
    root, issuing, responder = (_holder(folder, name) for name in ("root", "issuing", "responder"))
    books = Books(
        serial=data["serial"],
        list_number=data["list_number"],
        base_number=data["base_number"],
        revoked=_entries(data["revoked"]),
        in_base=_entries(data["in_base"]),
    )
    return Kept(
        algorithm=data["algorithm"],
        base_url=data["base_url"],
        fresh_keys=data["fresh_keys"],
        root=root,
        issuing=issuing,
        responder=responder,
        books=books,
    )


def write_trust(folder: Path, authorities: Mapping[str, Kept], *, test: bool) -> Path:
    """Write trust.toml, which pins these authorities, and their certificates, for Trust.load.

    An authority's name is the folder, within this one, of its root.pem and issuing.pem; "" is this one itself. The
    lists' addresses are its server's.
    """
    lines = ['profile = "kz"']
    for name, kept in authorities.items():
        inside = folder / name
        inside.mkdir(parents=True, exist_ok=True, mode=0o700)
        (inside / "root.pem").write_bytes(kept.root.certificate_pem)
        (inside / "issuing.pem").write_bytes(kept.issuing.certificate_pem)
        lines += _trusted(f"{name}/" if name else "", kept.base_url, test=test)
    written = folder / "trust.toml"
    written.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return written


def _trusted(prefix: str, base_url: str, *, test: bool) -> list[str]:
    root, issuing = (f'"{prefix}{name}.pem"' for name in ("root", "issuing"))
    lines = ["", "[[anchor]]", f"file = {root}", *(["test = true"] if test else [])]
    lines += ["", "[[intermediate]]", f"file = {issuing}"]
    for path, issuer, delta in (("root", root, []), ("leaf", issuing, []), ("delta", issuing, ["delta = true"])):
        lines += ["", "[[list]]", f'url = "{base_url}/crl/{path}.crl"', f"issuer = {issuer}", *delta]
    return [*lines, "", "[[responder]]", f'url = "{base_url}/ocsp"', f"issuer = {issuing}"]


def _holder(folder: Path, name: str) -> SigningKey:
    return SigningKey(
        private=authority_keys.read((folder / f"{name}.key").read_bytes()),
        certificate=files.decode((folder / f"{name}.pem").read_bytes()),
    )


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)


def _entry(entry: Revoked) -> dict[str, Any]:
    return {**asdict(entry), "at": entry.at.isoformat()}


def _entries(data: list[dict[str, Any]]) -> dict[int, Revoked]:
    found = (Revoked(serial=one["serial"], at=datetime.fromisoformat(one["at"]), reason=one["reason"]) for one in data)
    return {entry.serial: entry for entry in found}
