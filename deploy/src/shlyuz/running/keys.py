"""The keys that a region's own processes hold: made once, each readable by its owner alone."""

import secrets
from base64 import b64encode
from pathlib import Path

from shlyuz.layout import OWNERS, SERVICES
from shlyuz.running.home import Home


def make_keys(home: Home) -> None:
    """Make the keys that are missing: each caller's, for personal data, for QR codes, for form tokens."""
    for service in SERVICES:
        if not caller_key(home, service).exists():
            _make_caller_key(home, service)
        if not personal_key(home, service).exists():
            _make_personal_key(home, service)
    for owner in OWNERS:
        if not qr_key(home, owner).exists():
            home.write(qr_key(home, owner), _ed25519())
    if not form_key(home).exists():
        home.write(form_key(home), b64encode(secrets.token_bytes(32)) + b"\n")


def caller_key(home: Home, service: str) -> Path:
    return home.keys / f"{service}.caller.pem"


def personal_key(home: Home, service: str) -> Path:
    return home.keys / f"{service}.personal.json"


def qr_key(home: Home, service: str) -> Path:
    return home.keys / f"{service}.qr.pem"


def form_key(home: Home) -> Path:
    return home.keys / "form.keys"


def _make_caller_key(home: Home, service: str) -> None:
    from shared.web.assertions import CallerKey

    key = CallerKey.generate(service)
    home.write(home.callers / f"{service}.pem", key.public_pem())
    home.write(caller_key(home, service), key.private_pem())


def _make_personal_key(home: Home, service: str) -> None:
    from shared.personal import Keyring

    home.write(personal_key(home, service), Keyring.generate().dump())


def _ed25519() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
