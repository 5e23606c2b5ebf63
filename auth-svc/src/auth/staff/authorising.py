"""Find the administrator behind an assertion, in the database and not in the assertion: it may be a quarter minute old.

The gateway keeps a principal for 15 s. What an administrator may do is too much to lend to one who was just closed.
"""

from datetime import datetime
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from auth.administrator import ROLE, Administrator, AdministratorOnly
from auth.providers.repository import ProviderRepository
from auth.sessions.repository import SessionRepository
from auth.staff.repository import StaffRepository
from shared.db import parse_public_id
from shared.errors import NotFound
from shared.web import Actor, Assertion, Now, Session, allow


async def authorise(session: AsyncSession, actor: Actor, now: datetime) -> Administrator:
    """Raise AdministratorOnly unless account and session live, and the account has the office."""
    try:
        account_id, session_id = parse_public_id("aut", actor.account_id), parse_public_id("aut", actor.session_id)
    except NotFound as error:
        raise AdministratorOnly from error
    live = await SessionRepository(session).live(session_id, now)
    row = await StaffRepository(session).by_id(account_id)
    if live is None or live.account_id != account_id or row is None or not row.active or ROLE not in row.roles:
        raise AdministratorOnly
    regions = await ProviderRepository(session).operated_by(row.bin)
    return Administrator(account_id=row.id, bin=row.bin, regions=regions)


async def current_administrator(
    caller: Annotated[Assertion, Depends(allow("gateway"))], session: Session, now: Now
) -> Administrator:
    return await authorise(session, caller.person, now)


CurrentAdministrator = Annotated[Administrator, Depends(current_administrator)]
