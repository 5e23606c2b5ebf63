"""Whom the gateway trusts: one TOML file names anchors, intermediates, lists, responders, time stampers and budgets.

Issuers come from here alone, never from a message or an address in a certificate.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from shared.pki import certificate, files, names
from shared.pki.budgets import Budgets
from shared.pki.certificate import Certificate
from shared.pki.der import Malformed
from shared.pki.path import is_root
from shared.pki.profile import KZ, Profile

_Read = TypeVar("_Read")

_TABLES = {"profile", "anchor", "intermediate", "list", "responder", "timestamp", "budgets"}


class TrustRefused(ValueError):
    """The trust configuration cannot be used. `errors` has every reason at once."""

    def __init__(self, errors: Iterable[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(self.errors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A pinned root. Under a test anchor an IIN or BIN need not pass its check digit."""

    certificate: Certificate
    test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSource:
    """Where a list is fetched, and whose it is."""

    url: str
    issuer: Certificate
    delta: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderSource:
    """Where the status of one issuer's certificates is asked."""

    url: str
    issuer: Certificate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trust:
    """What is trusted. Immutable: a changed configuration is another Trust, and so another Verifier."""

    anchors: tuple[Anchor, ...]
    intermediates: tuple[Certificate, ...] = ()
    lists: tuple[ListSource, ...] = ()
    responders: tuple[ResponderSource, ...] = ()
    timestamps: tuple[Certificate, ...] = ()
    budgets: Budgets = field(default_factory=Budgets)
    profile: Profile = KZ

    @classmethod
    def load(cls, path: Path, *, production: bool = False) -> "Trust":
        """Read the file; certificates lie beside it. In production test anchors are refused. Raises TrustRefused."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
            raise TrustRefused([f"{path.name} cannot be read: {type(fault).__name__}"]) from None
        return _Loading(path.parent, data).trust(production=production)

    def named(self, subject: bytes) -> tuple[Certificate, ...]:
        """List the trusted certificates with this subject, anchors first. Raises der.Malformed."""
        held = (*(anchor.certificate for anchor in self.anchors), *self.intermediates)
        return tuple(held_one for held_one in held if names.same(held_one.subject, subject))

    def is_test(self, anchor: Certificate) -> bool:
        """Tell whether this anchor is a test authority's."""
        return any(held.test and held.certificate == anchor for held in self.anchors)

    def is_anchor(self, held: Certificate) -> bool:
        return any(anchor.certificate == held for anchor in self.anchors)


def pinned(roots: Iterable[bytes]) -> Trust:
    """Trust these roots (DER, PEM or base64) and nothing else, for evidence off-line. Raises TrustRefused."""
    anchors: list[Anchor] = []
    errors: list[str] = []
    for data in roots:
        try:
            held = certificate.parse(files.decode(data))
        except (Malformed, files.Unreadable) as fault:
            errors.append(f"no certificate: {fault}")
            continue
        if not is_root(held):
            errors.append("a certificate that did not sign itself: give a root")
        anchors.append(Anchor(certificate=held))
    if errors or not anchors:
        raise TrustRefused(errors or ["no anchor: nothing would be trusted"])
    return Trust(anchors=tuple(anchors))


class _Loading:
    """Collects every error of one file before it refuses."""

    def __init__(self, folder: Path, data: Mapping[str, Any]) -> None:
        self.folder, self.data = folder, data
        self.errors: list[str] = []
        self._issuers: tuple[Certificate, ...] = ()

    def trust(self, *, production: bool) -> Trust:
        self.errors += [f"unknown table {name}" for name in self.data if name not in _TABLES]
        if self.data.get("profile", KZ.name) != KZ.name:
            self.errors.append("a gateway has profile kz and no other")
        anchors = self._each("anchor", self._anchor)
        intermediates = self._each("intermediate", lambda table: self._certificate(table, {"file", "sha256"}))
        self._issuers = (*(anchor.certificate for anchor in anchors), *intermediates)
        if not anchors:
            self.errors.append("no anchor: nothing would be trusted")
        if production and any(anchor.test for anchor in anchors):
            self.errors.append("a test anchor in production")
        trust = Trust(
            anchors=anchors,
            intermediates=intermediates,
            lists=self._each("list", self._list),
            responders=self._each("responder", self._responder),
            timestamps=self._each("timestamp", lambda table: self._read(table, {"file", "sha256"})),
            budgets=self._budgets(),
        )
        if self.errors:
            raise TrustRefused(self.errors)
        return trust

    def _each(self, name: str, read: Callable[[Mapping[str, Any]], _Read | None]) -> tuple[_Read, ...]:
        tables = self.data.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.errors.append(f"{name} is written as [[{name}]]")
            return ()
        found = (read(table) for table in tables)
        return tuple(one for one in found if one is not None)

    def _anchor(self, table: Mapping[str, Any]) -> Anchor | None:
        held = self._certificate(table, {"file", "sha256", "test"})
        if held is None:
            return None
        if not isinstance(table.get("test", False), bool):
            self.errors.append("anchor: test is true or false")
        if not is_root(held):
            self.errors.append(f"{table['file']} did not sign itself: pin a root")
        return Anchor(certificate=held, test=table.get("test", False) is True)

    def _certificate(self, table: Mapping[str, Any], known: set[str]) -> Certificate | None:
        held = self._read(table, known)
        if held is not None and held.authority is not True:
            self.errors.append(f"{table['file']} is no authority's certificate")
        return held

    def _read(self, table: Mapping[str, Any], known: set[str]) -> Certificate | None:
        self.errors += [f"unknown key {key}" for key in table if key not in known]
        name = table.get("file")
        if not isinstance(name, str):
            self.errors.append("a certificate without file")
            return None
        try:
            read = certificate.parse(files.decode((self.folder / name).read_bytes()))
        except OSError:
            self.errors.append(f"{name} cannot be read")
            return None
        except (Malformed, files.Unreadable) as fault:
            self.errors.append(f"{name} is not a certificate: {fault}")
            return None
        pinned = table.get("sha256", read.sha256.hex())
        if pinned != read.sha256.hex():
            self.errors.append(f"{name} is not the certificate that was pinned")
        return read

    def _source(self, table: Mapping[str, Any], known: set[str]) -> tuple[str, Certificate] | None:
        self.errors += [f"unknown key {key}" for key in table if key not in known]
        url, file = table.get("url"), table.get("issuer")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")) or not url.isprintable():
            self.errors.append("a list or responder without a plain http address")
            return None
        issuer = self._certificate({"file": file}, {"file"})
        if issuer is None or issuer not in self._issuers:
            self.errors.append(f"the issuer of {url} is neither anchor nor intermediate")
            return None
        return url, issuer

    def _list(self, table: Mapping[str, Any]) -> ListSource | None:
        source = self._source(table, {"url", "issuer", "delta"})
        return source and ListSource(url=source[0], issuer=source[1], delta=table.get("delta", False) is True)

    def _responder(self, table: Mapping[str, Any]) -> ResponderSource | None:
        source = self._source(table, {"url", "issuer"})
        return source and ResponderSource(url=source[0], issuer=source[1])

    def _budgets(self) -> Budgets:
        table = self.data.get("budgets", {})
        known = {one.name: one.type for one in fields(Budgets)}
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known or isinstance(value, bool) or not isinstance(value, int) or value <= 0:
                self.errors.append(f"budget {key} is unknown, or not a positive whole number")
            else:
                values[key] = timedelta(seconds=value) if known[key] is timedelta else value
        return Budgets(**values)
