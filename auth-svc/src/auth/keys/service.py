"""Sign access tokens with the key of the day, and publish every key by which a living token was or will be signed.

EdDSA over Ed25519 (RFC 8037). A key is announced in the JWKS before it signs, and stays there until the last token
that it signed is over; its private half lies sealed under the service's key, for this table's use and this `kid` alone.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes, token_hex
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.ext.asyncio import AsyncSession

from auth.keys.repository import KeyRepository
from auth.settings import Settings
from shared.db import Database
from shared.personal import Persons

ALGORITHM: Final = "EdDSA"
NONCE: Final = 12
REMEMBERED: Final = timedelta(minutes=1)
"""How long a process goes without asking the database for newer keys; far shorter than a key is announced."""
MARGIN: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    kid: str
    x: str

    def jwk(self) -> dict[str, str]:
        return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": ALGORITHM, "kid": self.kid, "x": self.x}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ring:
    read_at: datetime
    public: tuple[PublicKey, ...]
    kid: str
    private: Ed25519PrivateKey
    signs_until: datetime


class KeyKeeper:
    """Make keys in time and open them again."""

    def __init__(self, persons: Persons, settings: Settings) -> None:
        self._persons = persons
        self._settings = settings

    async def rotate(self, session: AsyncSession, now: datetime) -> bool:
        """Announce the next key when it is time; the first one signs at once. Says whether it made one."""
        keys = KeyRepository(session)
        await keys.lock_rotation()
        rows = await keys.published(now)
        last: datetime = rows[-1].signs_until if rows else now
        if last - self._settings.signing_key_announced > now:
            return False
        await keys.add(self._new(max(last, now)))
        return True

    def open(self, row: Any) -> Ed25519PrivateKey:
        blob: bytes = row.private
        return Ed25519PrivateKey.from_private_bytes(self._cipher(row.kid).decrypt(blob[:NONCE], blob[NONCE:], None))

    def _new(self, signs_from: datetime) -> dict[str, Any]:
        key, kid, nonce = Ed25519PrivateKey.generate(), token_hex(8), token_bytes(NONCE)
        signs_until = signs_from + self._settings.signing_key_life
        return {
            "kid": kid,
            "private": nonce + self._cipher(kid).encrypt(nonce, key.private_bytes_raw(), None),
            "public": urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode(),
            "signs_from": signs_from,
            "signs_until": signs_until,
            "published_until": signs_until + self._settings.access_token_life + MARGIN,
        }

    def _cipher(self, kid: str) -> AESGCM:
        return AESGCM(self._persons.keyed_hash("signing_keys.private", kid)[:32])


class SigningKeys:
    """A process's view of the keys."""

    def __init__(self, *, database: Database, keeper: KeyKeeper) -> None:
        self._database = database
        self._keeper = keeper
        self._ring: _Ring | None = None

    async def sign(self, claims: dict[str, Any], now: datetime) -> str:
        ring = await self._current(now)
        return jwt.encode(claims, ring.private, algorithm=ALGORITHM, headers={"kid": ring.kid})

    async def published(self, now: datetime) -> Sequence[PublicKey]:
        return (await self._current(now)).public

    async def session_of(self, token: str, now: datetime) -> str | None:
        """Give the session of an access token that we signed, over or not; None for anything else."""
        for key in await self.published(now):
            try:
                claims = jwt.decode(
                    token,
                    jwt.PyJWK(key.jwk()),
                    algorithms=[ALGORITHM],
                    options={"verify_exp": False, "require": ["sid"]},
                )
            except jwt.InvalidTokenError:
                continue
            return str(claims["sid"])
        return None

    async def _current(self, now: datetime) -> _Ring:
        ring = self._ring
        if ring is None or now - ring.read_at >= REMEMBERED or now >= ring.signs_until:
            ring = self._ring = await self._read(now)
        return ring

    async def _read(self, now: datetime) -> _Ring:
        async with self._database.transaction() as session:
            rows = await KeyRepository(session).published(now)
            if not any(row.signs_until > now for row in rows):
                await self._keeper.rotate(session, now)
                rows = await KeyRepository(session).published(now)
        signer = next(row for row in rows if row.signs_from <= now < row.signs_until)
        return _Ring(
            read_at=now,
            public=tuple(PublicKey(kid=row.kid, x=row.public) for row in rows),
            kid=signer.kid,
            private=self._keeper.open(signer),
            signs_until=signer.signs_until,
        )
