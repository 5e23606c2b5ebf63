"""The test authority in a folder: the demo region stops and starts again with the same citizens."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.pki import files
from shared.pki.signing import SigningKey
from shared.testing import authority_keys
from shared.testing.authority import Authority, Books
from shared.testing.authority_forms import Revoked

_HOLDERS = ("root", "issuing", "responder")


def save(authority: Authority, folder: Path) -> None:
    """Write keys (without password, readable by the owner alone), certificates and books."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in _HOLDERS:
        holder: SigningKey = getattr(authority, name)
        _write(folder / f"{name}.key", authority_keys.write(holder.private))
        _write(folder / f"{name}.pem", holder.certificate_pem)
    books = authority.books
    data = {
        "algorithm": authority.algorithm, "base_url": authority.base_url, "fresh_keys": authority.fresh_keys,
        "serial": books.serial, "list_number": books.list_number, "base_number": books.base_number,
        "revoked": [_entry(entry) for entry in books.revoked.values()],
        "in_base": [_entry(entry) for entry in books.in_base.values()],
    }  # fmt: skip
    _write(folder / "authority.json", json.dumps(data, indent=1).encode())


def _write(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)


def _entry(entry: Revoked) -> dict[str, Any]:
    return {**asdict(entry), "at": entry.at.isoformat()}


def load(folder: Path) -> Authority:
    """Read a folder that `save` wrote."""
    data = json.loads((folder / "authority.json").read_text(encoding="utf-8"))
    held = {
        name: SigningKey(
            private=authority_keys.read((folder / f"{name}.key").read_bytes()),
            certificate=files.decode((folder / f"{name}.pem").read_bytes()),
        )
        for name in _HOLDERS
    }
    books = Books(
        serial=data["serial"],
        list_number=data["list_number"],
        base_number=data["base_number"],
        revoked=_entries(data["revoked"]),
        in_base=_entries(data["in_base"]),
    )
    return Authority(
        algorithm=data["algorithm"], base_url=data["base_url"], fresh_keys=data["fresh_keys"], books=books, **held
    )


def _entries(data: list[dict[str, Any]]) -> dict[int, Revoked]:
    found = (Revoked(serial=one["serial"], at=datetime.fromisoformat(one["at"]), reason=one["reason"]) for one in data)
    return {entry.serial: entry for entry in found}


def write_trust(authority: Authority, folder: Path, *, test: bool) -> Path:
    """Write root.pem, issuing.pem and trust.toml; the lists' addresses are the authority server's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "root.pem").write_bytes(authority.root.certificate_pem)
    (folder / "issuing.pem").write_bytes(authority.issuing.certificate_pem)
    lines = ['profile = "kz"', "", "[[anchor]]", 'file = "root.pem"', *(["test = true"] if test else [])]
    lines += ["", "[[intermediate]]", 'file = "issuing.pem"']
    for path, issuer, delta in (("root", "root", ""), ("leaf", "issuing", ""), ("delta", "issuing", "delta = true")):
        lines += ["", "[[list]]", f'url = "{authority.base_url}/crl/{path}.crl"', f'issuer = "{issuer}.pem"']
        lines += [delta] if delta else []
    lines += ["", "[[responder]]", f'url = "{authority.base_url}/ocsp"', 'issuer = "issuing.pem"', ""]
    path_ = folder / "trust.toml"
    path_.write_text("\n".join(lines), encoding="utf-8")
    return path_
