"""What the QR code on a result says to whoever has no network: issuer, kind, number, date, signed by the platform.

The code holds the address of the verification, so that any telephone opens it, and behind `#` a JWS (RFC 7515, compact,
EdDSA): a browser keeps that part to itself. Genuine is all that it can show; whether the result is in force is known
on-line only. It holds no name, no IIN and no finding: whoever sees the paper may read it.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final, Self

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from shared.results.codes import parse_code
from shared.results.errors import ResultError

_MEMBERS: Final = frozenset({"iss", "kind", "no", "on", "code"})
_LONGEST: Final = 2000
_LONGEST_KIND: Final = 160
_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\s*", re.DOTALL)
_BIN: Final = re.compile("[0-9]{12}")


class StatementUnreadable(ResultError):
    """The text is not that of a result's QR code."""


class StatementForged(ResultError):
    """The text is of the right shape, but no published key made its signature."""


class QrKeyUnreadable(ResultError):
    """The file does not begin with an Ed25519 private key, or something else than public keys follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Who issued what: the provider's BIN, the kind in Kazakh, the number, the local date, the verification code."""

    issuer: str
    kind: str
    number: str
    issued_on: date
    code: str

    def to_json(self) -> dict[str, str]:
        """Write the members as they are signed."""
        return {
            "iss": self.issuer, "kind": self.kind[:_LONGEST_KIND], "no": self.number,
            "on": self.issued_on.isoformat(), "code": self.code,
        }  # fmt: skip

    @classmethod
    def read(cls, payload: bytes) -> Self:
        """Read what was signed; raises StatementUnreadable."""
        try:
            told = orjson.loads(payload)
            if set(told) != _MEMBERS or not all(isinstance(value, str) for value in told.values()):
                raise StatementUnreadable("other members than those of a statement")
            if _BIN.fullmatch(told["iss"]) is None:
                raise StatementUnreadable("the issuer is no BIN")
            code, on = parse_code(told["code"]).code, date.fromisoformat(told["on"])
        except (ValueError, TypeError) as wrong:
            raise StatementUnreadable("not a statement") from wrong
        return cls(issuer=told["iss"], kind=told["kind"], number=told["no"], issued_on=on, code=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class QrKeys:
    """The key that signs statements now, and all whose statements are on paper: these stay published."""

    private: Ed25519PrivateKey
    public: Sequence[Ed25519PublicKey]

    @classmethod
    def read(cls, pem: bytes) -> Self:
        """Read a file: the private key, and behind it the public keys of those that it replaced.

        Raises:
            QrKeyUnreadable
        """
        blocks = [found[0] for found in _BLOCK.finditer(pem)]
        if not blocks or _BLOCK.sub(b"", pem).strip():
            raise QrKeyUnreadable("not PEM")
        try:
            private = load_pem_private_key(blocks[0], None)
            earlier = [load_pem_public_key(block) for block in blocks[1:]]
        except (ValueError, TypeError) as wrong:
            raise QrKeyUnreadable("no private key, or one with a password") from wrong
        if not isinstance(private, Ed25519PrivateKey):
            raise QrKeyUnreadable("not an Ed25519 key")
        known = [key for key in earlier if isinstance(key, Ed25519PublicKey)]
        if len(known) != len(earlier):
            raise QrKeyUnreadable("not an Ed25519 key")
        return cls(private=private, public=(private.public_key(), *known))

    def sign(self, statement: Statement) -> str:
        """Give the statement as a compact JWS."""
        header = orjson.dumps({"alg": "EdDSA", "kid": key_id(self.public[0])})
        signed = f"{_base64(header)}.{_base64(orjson.dumps(statement.to_json()))}"
        return f"{signed}.{_base64(self.private.sign(signed.encode()))}"

    def published(self) -> list[dict[str, str]]:
        """Give the public keys as JWK (RFC 8037)."""
        return [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key_id(key),
             "x": _base64(key.public_bytes_raw())}
            for key in self.public
        ]  # fmt: skip


def key_id(key: Ed25519PublicKey) -> str:
    """Name a key by eight characters of its hash: short, since it stands in every QR code."""
    return _base64(sha256(key.public_bytes_raw()).digest())[:8]


def qr_text(verify_url: str, token: str) -> str:
    """Join address and statement as the QR code holds them."""
    return f"{verify_url}#{token}"


def check(text: str, keys: Sequence[Mapping[str, Any]]) -> Statement:
    """Check the text of a QR code against published keys (JWK), without any network.

    The address in it must be that of the code that was signed: it could lead elsewhere else. Whether the result is
    still in force the caller MUST ask on-line.

    Raises:
        StatementUnreadable, StatementForged
    """
    address, mark, token = text.strip().partition("#")
    parts = token.split(".")
    if not mark or len(text) > _LONGEST or len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise StatementUnreadable("no statement behind the address")
    try:
        header, payload, signature = (_decoded(part) for part in parts)
        told = orjson.loads(header)
        name, algorithm = told["kid"], told["alg"]
    except (ValueError, TypeError, KeyError) as wrong:
        raise StatementUnreadable("not a JWS") from wrong
    if algorithm != "EdDSA" or set(told) != {"alg", "kid"}:
        raise StatementUnreadable("another kind of signature")
    _verify(name, keys, ".".join(parts[:2]).encode(), signature)
    statement = Statement.read(payload)
    if address.rpartition("/")[2] != statement.code:
        raise StatementForged("the address is that of another result")
    return statement


def _verify(name: object, keys: Sequence[Mapping[str, Any]], signed: bytes, signature: bytes) -> None:
    for key in keys:
        if key.get("kid") != name or (key.get("kty"), key.get("crv")) != ("OKP", "Ed25519"):
            continue
        try:
            Ed25519PublicKey.from_public_bytes(_decoded(key["x"])).verify(signature, signed)
        except (InvalidSignature, ValueError, KeyError, TypeError):
            continue
        return
    raise StatementForged("no published key made this signature")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Decode base64url without padding in its one form; raises ValueError."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _base64(data) != text:
        raise ValueError("not in its one form")
    return data
