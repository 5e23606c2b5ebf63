"""Find the account that a login is for: a citizen by IIN, a member of staff by the IIN and BIN of his certificate."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.rows import AnyRow
from auth.sessions.service import Kind
from auth.staff.repository import StaffRepository
from auth.users.repository import CitizenRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    kind: Kind
    id: UUID
    password_hash: str
    password_version: int


async def find(session: AsyncSession, lookup: bytes, organisation: str | None) -> Account | None:
    """One statement, whether there is an account or not."""
    if organisation is not None:
        return _account("staff", await StaffRepository(session).by_lookup(lookup, organisation))
    return _account("citizen", await CitizenRepository(session).by_lookup(lookup))


async def hold(session: AsyncSession, account: Account) -> bool:
    """Keep the account as it was when its password was checked, until the login is decided; False if it changed."""
    return await _keeper(session, account).hold(account.id, account.password_version)


async def rehash(session: AsyncSession, account: Account, password_hash: str) -> None:
    await _keeper(session, account).rehash(account.id, password_hash)


def _account(kind: Kind, row: AnyRow | None) -> Account | None:
    if row is None:
        return None
    return Account(kind=kind, id=row.id, password_hash=row.password_hash, password_version=row.password_version)


def _keeper(session: AsyncSession, account: Account) -> StaffRepository | CitizenRepository:
    return StaffRepository(session) if account.kind == "staff" else CitizenRepository(session)
