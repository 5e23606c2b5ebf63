"""Accounts of citizens: taken once by constraint, taken over by the one who signs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from auth.rows import AnyRow
from auth.users.models import citizens, registration_proofs
from shared.personal.tables import person_keys

table = citizens.c


class CitizenRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, values: dict[str, Any]) -> UUID | None:
        """Give the new account's id, or None when the IIN has one; a parallel registration is waited for."""
        added: UUID | None = await self._session.scalar(
            insert(citizens).values(values).on_conflict_do_nothing(index_elements=[table.person_id]).returning(table.id)
        )
        return added

    async def take(self, values: dict[str, Any]) -> AnyRow:
        """Make the account or give it to whom the values describe: (id, taken_over)."""
        kept = {"id", "person_id", "iin", "registered_at"}
        changed = {name: value for name, value in values.items() if name not in kept}
        taken = await self._session.execute(
            insert(citizens)
            .values(values)
            .on_conflict_do_update(
                index_elements=[table.person_id],
                set_=changed | {"password_version": table.password_version + 1},
            )
            .returning(table.id, literal_column("(xmax <> 0)").label("taken_over"))
        )
        return taken.one()

    async def add_proof(self, values: dict[str, Any]) -> bool:
        """False when this document registered before."""
        added = await self._session.execute(
            insert(registration_proofs)
            .values(values)
            .on_conflict_do_nothing()
            .returning(registration_proofs.c.document_sha256)
        )
        return added.first() is not None

    async def by_lookup(self, lookup: bytes) -> AnyRow | None:
        found = await self._session.execute(
            select(table.id, table.password_hash, table.password_version)
            .join(person_keys, person_keys.c.id == table.person_id)
            .where(person_keys.c.lookup == lookup)
        )
        return found.first()

    async def hold(self, account_id: UUID, password_version: int) -> bool:
        """Lock the account while its login is decided; False when its password changed since it was read."""
        found = await self._session.execute(
            select(table.id).where(table.id == account_id, table.password_version == password_version).with_for_update()
        )
        return found.first() is not None

    async def rehash(self, account_id: UUID, password_hash: str) -> None:
        await self._session.execute(update(citizens).where(table.id == account_id).values(password_hash=password_hash))


def proof_values(
    *, person_id: UUID, document_sha256: bytes, document: bytes, signature: bytes, evidence: bytes, proven_at: datetime
) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "document_sha256": document_sha256,
        "document": document,
        "signature": signature,
        "evidence": evidence,
        "proven_at": proven_at,
    }
