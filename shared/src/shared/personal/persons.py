"""A data key per person: everything kept about him is sealed under it, and is gone when it is destroyed."""

import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnClause, DateTime, Row, bindparam, func, insert, literal_column, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import new_id
from shared.personal.identities import Iin
from shared.personal.keyring import KEY_BYTES, Keyring, seal, unseal
from shared.personal.tables import person_keys

# One statement: the row is there already, or is made now. `found` sees the snapshot, `made` what it adds to it.
_ENSURE = text(
    """
    WITH found AS (SELECT id, key_name, wrapped FROM person_keys WHERE lookup = :lookup),
    made AS (
        INSERT INTO person_keys (id, lookup, key_name, wrapped)
        SELECT :id, :lookup, :key_name, :wrapped WHERE NOT EXISTS (SELECT 1 FROM found)
        ON CONFLICT (lookup) DO NOTHING
        RETURNING id, key_name, wrapped
    )
    SELECT id, key_name, wrapped FROM found UNION ALL SELECT id, key_name, wrapped FROM made
    """
).columns(person_keys.c.id, person_keys.c.key_name, person_keys.c.wrapped)


class KeyDestroyed(Exception):
    """The person's data was destroyed at the end of its retention; nothing can open it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person's data key in use. Contexts bind a ciphertext to its place: `applications.fields:<id>`."""

    id: UUID
    key: bytes = field(repr=False)
    unnamed: bool = False
    """The key belongs to nobody: what is kept beside it holds the date alone."""

    def seal(self, context: str, data: bytes | str) -> bytes:
        """Encrypt for this person, this context."""
        return seal(self.key, self._bound(context), data.encode() if isinstance(data, str) else data)

    def open(self, context: str, blob: bytes) -> bytes:
        """Decrypt; raises `CiphertextInvalid` for another person's, another context's or changed bytes."""
        return unseal(self.key, self._bound(context), blob)

    def seal_json(self, context: str, value: Any) -> bytes:
        """Encrypt a value as JSON."""
        return self.seal(context, orjson.dumps(value))

    def open_json(self, context: str, blob: bytes) -> Any:
        """Decrypt what `seal_json` made."""
        return orjson.loads(self.open(context, blob))

    def salt(self, context: str) -> bytes:
        """Derive the salt (32 bytes) of a digest in this context; it is gone with the key, and need not be stored."""
        info = b"salt\x00" + self._bound(context).encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self.key)

    def _bound(self, context: str) -> str:
        return f"{self.id}/{context}"


class Persons:
    """Find, make, re-wrap and destroy the data keys of the persons that one service knows."""

    def __init__(self, keyring: Keyring, *, service: str) -> None:
        self._keyring = keyring
        self._service = service

    def lookup(self, iin: Iin) -> bytes:
        """Give the keyed hash by which a person is found; the same IIN has another hash in another service."""
        return self.keyed_hash("person", iin.value)

    def keyed_hash(self, purpose: str, *parts: bytes | str) -> bytes:
        """Give 32 bytes by which a value can be found but not guessed; `purpose` keeps uses apart."""
        digest = hmac.new(self._keyring.lookup, digestmod=sha256)
        for part in (self._service, purpose, *parts):
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(4) + data)
        return digest.digest()

    async def ensure(self, session: AsyncSession, iin: Iin) -> Person:
        """Give the person of an IIN, making his key if he is new here; one statement.

        Two transactions that meet a new person at once: the second waits for the first, sees nothing in its
        snapshot and inserts nothing, and so asks once more.
        """
        values = self.new_row(iin)
        while (row := (await session.execute(_ENSURE, values)).one_or_none()) is None:
            continue
        return self._person(row)

    async def unnamed(self, session: AsyncSession, made_on: datetime) -> Person:
        """Make a key that belongs to nobody: it is found by its random id alone, and keeps the day it was made on."""
        person = uuid4()
        key, current = os.urandom(KEY_BYTES), self._keyring.current
        wrapped = self._keyring.wrap(self._context(person), key)
        values = {"id": person, "lookup": None, "key_name": current, "wrapped": wrapped, "created_at": made_on}
        await session.execute(insert(person_keys).values(values))
        return Person(id=person, key=key, unnamed=True)

    def new_row(self, iin: Iin) -> dict[str, Any]:
        """Give the row (id, lookup, key_name, wrapped) of a person in case he is new, for the caller's own statement.

        Such a statement does what `ensure` does: it inserts unless the look-up is there, gives the row that is, and
        is repeated when it gives none.
        """
        person = new_id()
        wrapped = self._keyring.wrap(self._context(person), os.urandom(KEY_BYTES))
        return {"id": person, "lookup": self.lookup(iin), "key_name": self._keyring.current, "wrapped": wrapped}

    def person(self, *, id: UUID, key_name: str, wrapped: bytes, unnamed: bool = False) -> Person:
        """Give the person of a row that a statement of the caller's own has read; raises `CiphertextInvalid`."""
        return Person(id=id, key=self._keyring.unwrap(key_name, self._context(id), wrapped), unnamed=unnamed)

    async def find(self, session: AsyncSession, iin: Iin) -> Person | None:
        """Give the person of an IIN if the service knows him."""
        query = select(*_COLUMNS).where(person_keys.c.lookup == self.lookup(iin))
        row = (await session.execute(query)).one_or_none()
        return None if row is None else self._person(row)

    async def get(self, session: AsyncSession, person: UUID) -> Person:
        """Give a person by id; raises `KeyDestroyed`, also for an id that never was."""
        found = await self.get_many(session, [person])
        if person not in found:
            raise KeyDestroyed
        return found[person]

    async def get_many(self, session: AsyncSession, persons: Iterable[UUID]) -> dict[UUID, Person]:
        """Give persons by id in one statement; those whose key is destroyed are left out."""
        query = select(*_COLUMNS, person_keys.c.lookup.is_(None).label("unnamed")).where(
            person_keys.c.id.in_(set(persons)), person_keys.c.wrapped.is_not(None)
        )
        return {
            row.id: self.person(id=row.id, key_name=row.key_name, wrapped=row.wrapped, unnamed=row.unnamed)
            for row in await session.execute(query)
        }

    async def rewrap(self, session: AsyncSession, limit: int = 500) -> int:
        """Wrap up to `limit` data keys under the current key, and tell how many; call until it gives 0.

        Sealed data stays as it is: only the keys are wrapped anew.
        """
        outdated = (person_keys.c.key_name != self._keyring.current) & person_keys.c.wrapped.is_not(None)
        query = select(*_COLUMNS).where(outdated).limit(limit).with_for_update(skip_locked=True)
        rows = (await session.execute(query)).all()
        fresh = [
            {"person": row.id, "wrapped": self._keyring.wrap(self._context(row.id), self._person(row).key)}
            for row in rows
        ]
        if fresh:
            statement = (
                update(person_keys)
                .where(person_keys.c.id == bindparam("person"))
                .values(wrapped=bindparam("wrapped"), key_name=self._keyring.current)
            )
            await (await session.connection()).execute(statement, fresh)
        return len(fresh)

    async def destroy(self, session: AsyncSession, person: UUID) -> None:
        """Destroy a person's key: what is sealed under it can never be read again, here or in a backup of the data.

        Digests in journals and chains still verify. If the person comes again, he is a new one.
        """
        await session.execute(
            update(person_keys)
            .where(person_keys.c.id == person)
            .values(wrapped=None, lookup=None, destroyed_at=func.coalesce(person_keys.c.destroyed_at, _NOW))
        )

    def _context(self, person: UUID) -> str:
        return f"person-key/{self._service}/{person}"

    def _person(self, row: Row[*tuple[Any, ...]]) -> Person:
        return self.person(id=row.id, key_name=row.key_name, wrapped=row.wrapped)


_COLUMNS = (person_keys.c.id, person_keys.c.key_name, person_keys.c.wrapped)
_NOW: ColumnClause[datetime] = literal_column("now()", DateTime(timezone=True))
