"""A colleague as a supervisor sees him: no IIN, and nothing of his account but its id."""

from typing import Self

from pydantic import BaseModel

from auth.staff.service import StaffMember
from shared.db import public_id


class ColleagueOut(BaseModel):
    account_id: str
    bin: str
    name: str
    roles: list[str]

    @classmethod
    def of(cls, member: StaffMember) -> Self:
        return cls(account_id=public_id("aut", member.id), bin=member.bin, name=member.name, roles=sorted(member.roles))


class ColleaguesOut(BaseModel):
    items: list[ColleagueOut]
    next_cursor: str | None
