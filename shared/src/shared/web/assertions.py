"""Who calls, for whom: a short-lived statement that each caller signs afresh for each call between services.

Every caller has an Ed25519 key of its own; each route lists its callers; an assertion is never forwarded.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shared.db import new_id
from shared.errors import ProblemError, Unauthenticated

LIFETIME = timedelta(seconds=60)
_LEEWAY = timedelta(seconds=5)
_LONGEST = 8192
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_CLAIMS = frozenset({"iss", "aud", "iat", "exp", "jti", "actor"})
_ACTOR = frozenset({"kind", "account_id", "session_id", "iin", "acr", "bin", "roles", "name"})
Kind = Literal["citizen", "staff"]
Acr = Literal["password", "certificate"]


class AssertionInvalid(ProblemError):
    """The statement about the caller is missing, forged, for another service, or old."""

    code = "assertion-invalid"
    status = 401


class CallerNotAllowed(ProblemError):
    """The caller is who it says, and this route is not for it."""

    code = "caller-not-allowed"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person for whom a service calls, as the session at the gateway knows him. Never logged."""

    kind: Kind
    account_id: str
    session_id: str
    iin: str
    acr: Acr
    bin: str | None = None
    roles: frozenset[str] = frozenset()
    name: str | None = None

    def __repr__(self) -> str:
        return f"Actor({self.kind}, account_id={self.account_id})"

    def claims(self) -> dict[str, Any]:
        """Write the actor as the `actor` claim."""
        return {
            "kind": self.kind, "account_id": self.account_id, "session_id": self.session_id, "iin": self.iin,
            "acr": self.acr, "bin": self.bin, "roles": sorted(self.roles), "name": self.name,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """A verified statement: which service calls, and for whom, if for anyone."""

    caller: str
    actor: Actor | None

    @property
    def person(self) -> Actor:
        """Give the acting person; raises `Unauthenticated` when the call is for nobody."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor


@dataclass(frozen=True, slots=True)
class CallerKey:
    """A caller's own key; `name` is what it is called in other services' key folders."""

    name: str
    key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"CallerKey({self.name})"

    @classmethod
    def generate(cls, name: str) -> "CallerKey":
        """Make a new key."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, name: str, path: Path) -> "CallerKey":
        """Read a PKCS #8 PEM; raises ValueError when it holds no Ed25519 key."""
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path} does not hold an Ed25519 private key")  # noqa: TRY004  # of the file, not of a type
        return cls(name, key)

    def private_pem(self) -> bytes:
        """Write the key for the caller's own file."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def public_pem(self) -> bytes:
        """Write the public key for other services' key folders, as `<name>.pem`."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, audience: str, actor: Actor | None = None, *, now: datetime | None = None) -> str:
        """State that this caller calls `audience` for `actor`; good for 60 seconds from `now` (UTC; the wall clock)."""
        issued = int((now or datetime.now(UTC)).timestamp())
        claims: dict[str, Any] = {
            "iss": self.name, "aud": audience, "iat": issued, "exp": issued + int(LIFETIME.total_seconds()),
            "jti": new_id().hex,
        }  # fmt: skip
        if actor is not None:
            claims["actor"] = actor.claims()
        # Put together here (RFC 7515, 3.1), as PyJWT takes as long about it as the signature itself; PyJWT reads it.
        header = orjson.dumps({"alg": "EdDSA", "kid": self.name, "typ": "JWT"})
        signed = b".".join((_base64url(header), _base64url(orjson.dumps(claims))))
        return b".".join((signed, _base64url(self.key.sign(signed)))).decode()


def _base64url(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


class CallerKeys:
    """The public keys of the callers that a service knows.

    Checks the signature, then every claim, and refuses what it does not know: the caller MUST still check that the
    route is for this caller (`allow`).
    """

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(keys)

    @classmethod
    def load(cls, folder: Path) -> "CallerKeys":
        """Read every `<caller>.pem` of a folder; raises ValueError for one that is no Ed25519 public key."""
        keys = {}
        for path in sorted(folder.glob("*.pem")):
            key = load_pem_public_key(path.read_bytes())
            if not isinstance(key, Ed25519PublicKey) or not _NAME.fullmatch(path.stem):
                raise ValueError(f"{path} does not hold an Ed25519 public key of a caller")
            keys[path.stem] = key
        return cls(keys)

    def verify(self, token: str, audience: str, *, now: datetime | None = None) -> Assertion:
        """Read a statement made for `audience`; raises `AssertionInvalid` for every fault alike."""
        try:
            name = self._issuer(token)
            claims = jwt.decode(
                token, self._keys[name], algorithms=["EdDSA"], audience=audience, issuer=name,
                options={"require": sorted(_CLAIMS - {"actor"}), "strict_aud": True, "verify_exp": False,
                         "verify_iat": False, "verify_nbf": False},
            )  # fmt: skip
            _in_time(claims, now or datetime.now(UTC))
            return Assertion(caller=name, actor=_actor(claims))
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as error:
            raise AssertionInvalid from error

    def _issuer(self, token: str) -> str:
        if len(token) > _LONGEST:
            raise ValueError("longer than any assertion")
        header = jwt.get_unverified_header(token)
        if set(header) - {"alg", "typ", "kid"} or header.get("alg") != "EdDSA":
            raise ValueError("not a header of ours")
        name = header["kid"]
        if not isinstance(name, str) or name not in self._keys:
            raise ValueError("not a caller that is known")
        return name


def _in_time(claims: Mapping[str, Any], now: datetime) -> None:
    if unknown := set(claims) - _CLAIMS:
        raise ValueError(f"unknown claims {sorted(unknown)}")
    issued, expires, present = claims["iat"], claims["exp"], now.timestamp()
    if type(issued) is not int or type(expires) is not int:
        raise ValueError("instants are whole seconds")
    leeway = _LEEWAY.total_seconds()
    if not 0 < expires - issued <= LIFETIME.total_seconds():
        raise ValueError("lives longer than an assertion may")
    if not issued - leeway <= present < expires + leeway:
        raise ValueError("not in its time")


def _actor(claims: Mapping[str, Any]) -> Actor | None:
    given = claims.get("actor")
    if given is None:
        return None
    if set(given) - _ACTOR or given["kind"] not in get_args(Kind) or given["acr"] not in get_args(Acr):
        raise ValueError("not an actor of ours")
    texts = [given[name] for name in ("account_id", "session_id", "iin")]
    texts += [value for name in ("bin", "name") if (value := given.get(name)) is not None]
    roles = given.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(value, str) for value in (*texts, *roles)):
        raise ValueError("not texts")
    return Actor(**{**given, "roles": frozenset(roles)})
