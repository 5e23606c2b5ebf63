"""The service's keys: those that wrap the persons' data keys, and the one by which an IIN is looked up."""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE = 12
_VERSION = b"\x01"


class CiphertextInvalid(Exception):
    """The bytes were not sealed under this key in this context, or were changed."""


def seal(key: bytes, context: str, data: bytes) -> bytes:
    """Encrypt with AES-256-GCM, bound to the context: a version byte, a random nonce of 12 bytes, ciphertext, tag."""
    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, data, context.encode())


def unseal(key: bytes, context: str, blob: bytes) -> bytes:
    """Decrypt what `seal` made; raises `CiphertextInvalid`."""
    if blob[:1] != _VERSION:
        raise CiphertextInvalid
    try:
        return AESGCM(key).decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], context.encode())
    except (InvalidTag, ValueError) as error:
        raise CiphertextInvalid from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Wrapping keys by name, the current one's name, and the look-up key, which rotation leaves alone."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.keys or any(len(key) != KEY_BYTES for key in (*self.keys.values(), self.lookup)):
            raise ValueError("a keyring has a current key, and every key has 32 bytes")

    @classmethod
    def generate(cls) -> "Keyring":
        """Make a keyring with one wrapping key."""
        return cls(current="1", keys={"1": os.urandom(KEY_BYTES)}, lookup=os.urandom(KEY_BYTES))

    def rotated(self) -> "Keyring":
        """Give the keyring with a new current key; the old ones still unwrap until `Persons.rewrap` is through."""
        name = f"{len(self.keys) + 1}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        return Keyring(current=name, keys={**self.keys, name: os.urandom(KEY_BYTES)}, lookup=self.lookup)

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read the JSON file that `dump` writes; raises ValueError when it is none."""
        try:
            data = orjson.loads(path.read_bytes())
            keys = {str(name): base64.b64decode(key, validate=True) for name, key in data["keys"].items()}
            return cls(current=data["current"], keys=keys, lookup=base64.b64decode(data["lookup"], validate=True))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is not a keyring") from error

    def dump(self) -> bytes:
        """Write the keyring for its file, which only the service may read."""
        keys = {name: base64.b64encode(key).decode() for name, key in self.keys.items()}
        lookup = base64.b64encode(self.lookup).decode()
        return orjson.dumps({"current": self.current, "keys": keys, "lookup": lookup}, option=orjson.OPT_INDENT_2)

    def wrap(self, context: str, key: bytes) -> bytes:
        """Seal a data key under the current key."""
        return seal(self.keys[self.current], context, key)

    def unwrap(self, name: str, context: str, blob: bytes) -> bytes:
        """Open a data key that was wrapped under the key `name`; raises `CiphertextInvalid`."""
        if name not in self.keys:
            raise CiphertextInvalid
        return unseal(self.keys[name], context, blob)
