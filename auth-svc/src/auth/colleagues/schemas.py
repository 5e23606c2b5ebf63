"""A colleague as a supervisor sees him: no IIN, and nothing of his account but its id."""

from typing import Self

from auth.staff.service import StaffMember
from shared.db import public_id
from shared.shapes import accounts


class ColleagueOut(accounts.ColleagueOut):
    @classmethod
    def of(cls, member: StaffMember) -> Self:
        return cls(account_id=public_id("aut", member.id), bin=member.bin, name=member.name, roles=sorted(member.roles))
