"""Staff as an administrator writes and sees them. A generated password is shown once, in the answer that made it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from auth.staff.service import Change, NewStaff, StaffMember
from auth.words import Bin, Code, Language, Line, Strict
from shared.db import public_id
from shared.personal import Iin
from shared.shapes import accounts

Roles = Annotated[frozenset[Code], Field(max_length=30)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class WrittenStaff(Strict):
    iin: Annotated[str, StringConstraints(max_length=64)]
    bin: Bin
    name: Line
    language: Language = "kk"
    roles: Roles
    password: Password | None = None

    def new(self, iin: Iin, password_hash: str) -> NewStaff:
        return NewStaff(
            iin=iin,
            bin=self.bin,
            name=self.name,
            language=self.language,
            roles=self.roles,
            password_hash=password_hash,
        )


class WrittenChange(Strict):
    """A member that is absent leaves its part as it is."""

    name: Line | None = None
    roles: Roles | None = None
    active: bool | None = None
    reset_password: Literal[True] | None = None

    def change(self, password_hash: str | None) -> Change:
        return Change(name=self.name, roles=self.roles, active=self.active, password_hash=password_hash)


class ShownStaff(accounts.ShownStaff):
    @classmethod
    def of(cls, member: StaffMember, password: str | None = None) -> Self:
        return cls(
            account_id=public_id("aut", member.id),
            iin=member.iin,
            bin=member.bin,
            name=member.name,
            language=member.language,
            roles=list(member.roles),
            active=member.active,
            created_at=member.created_at,
            password=password,
        )
