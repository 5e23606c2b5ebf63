"""A form token binds a signature to the form it was made on (architecture, 4): purpose, service, edition, 24 hours.

The token is `v1.<payload>.<mac>`, both base64url; the payload is a JSON list, readable by anyone and secret to no one.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.forms.errors import (
    FormTokenExpired,
    FormTokenForAnotherPurpose,
    FormTokenForAnotherService,
    FormTokenForged,
)

_KEY_BYTES = 32
_VERSION = "v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a token stands for; `service` is `region.service`, absent where the form belongs to no service."""

    purpose: str
    service: str | None
    edition: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenToken:
    token: str
    expires_at: datetime


class FormTokens:
    def __init__(self, keys: Sequence[bytes], *, lifetime: timedelta) -> None:
        if not keys or any(len(key) != _KEY_BYTES for key in keys):
            raise ValueError("form tokens need at least one key, each of 32 bytes")
        self._keys = tuple(keys)
        self._lifetime = lifetime

    def give(self, form: Form, *, now: datetime) -> GivenToken:
        expires_at = (now + self._lifetime).replace(microsecond=0)
        payload = json.dumps([form.purpose, form.service, form.edition, int(expires_at.timestamp())])
        body = f"{_VERSION}.{_encode(payload.encode())}"
        return GivenToken(token=f"{body}.{_encode(_mac(self._keys[0], body))}", expires_at=expires_at)

    def check(self, token: str, *, purpose: str, service: str | None, now: datetime) -> Form:
        """Return the form that the token was given for; the first thing that is wrong is the one that is raised."""
        form = self.read(token, purpose=purpose, now=now)
        if form.service != service:
            raise FormTokenForAnotherService
        return form

    def read(self, token: str, *, purpose: str, now: datetime) -> Form:
        """Return the form that the token was given for, of whatever service."""
        form, expires_at = self._read(token)
        if now >= expires_at:
            raise FormTokenExpired
        if form.purpose != purpose:
            raise FormTokenForAnotherPurpose
        return form

    def _read(self, token: str) -> tuple[Form, datetime]:
        body, _, mac = token.rpartition(".")
        given = _decode(mac)
        if not any(hmac.compare_digest(_mac(key, body), given) for key in self._keys):
            raise FormTokenForged
        # The mac is ours, so what it covers has the shape that we gave it.
        purpose, service, edition, expires = json.loads(_decode(body.partition(".")[2]))
        return Form(purpose=purpose, service=service, edition=edition), datetime.fromtimestamp(expires, UTC)


def read_keys(path: Path) -> tuple[bytes, ...]:
    """Read the key file; whoever rotates puts the new key first and removes the old one a day later."""
    lines = (line.strip() for line in path.read_text("ascii").splitlines())
    return tuple(base64.b64decode(line, validate=True) for line in lines if line)


def _mac(key: bytes, body: str) -> bytes:
    return hmac.digest(key, body.encode(), hashlib.sha256)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
