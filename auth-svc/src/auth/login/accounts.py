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


async def find(session: AsyncSession, lookup: bytes, organisation: str | None) -> Account | None:
    """One statement, whether there is an account or not."""
    if organisation is not None:
        return _account("staff", await StaffRepository(session).by_lookup(lookup, organisation))
    return _account("citizen", await CitizenRepository(session).by_lookup(lookup))


async def hold(session: AsyncSession, account: Account) -> bool:
    """Keep the account as it was when its password was checked, until the login is decided; False if it changed."""
    keeper = StaffRepository(session) if account.kind == "staff" else CitizenRepository(session)
    return await keeper.hold(account.id, account.password_hash)


async def rehash(session: AsyncSession, account: Account, password_hash: str) -> None:
    if account.kind == "staff":
        await StaffRepository(session).change(account.id, {"password_hash": password_hash})
    else:
        await CitizenRepository(session).rehash(account.id, password_hash)


def _account(kind: Kind, row: AnyRow | None) -> Account | None:
    return None if row is None else Account(kind=kind, id=row.id, password_hash=row.password_hash)
