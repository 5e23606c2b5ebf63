"""`/admin/staff`: administrators keep the accounts of their organisation's staff, operators those of their region's."""

from typing import Annotated

from fastapi import Depends, Query, Response

from auth.administrator import AdministratorOnly
from auth.passwords.errors import PasswordsBusy, PasswordTooWeak
from auth.passwords.hashing import PasswordHashing
from auth.passwords.policy import Owner
from auth.passwords.service import NewPasswords, generate
from auth.staff.authorising import CurrentAdministrator
from auth.staff.errors import OrganisationNotFound, OwnAccount, RoleUnknown, StaffExists, StaffNotFound
from auth.staff.schemas import ShownStaff, WrittenChange, WrittenStaff
from auth.staff.service import StaffAdministration
from auth.words import Bin
from shared.db import parse_public_id
from shared.errors import NotFound
from shared.personal import Iin, IinInvalid
from shared.shapes.accounts import StaffPage
from shared.web import Here, Now, Router, Session, problems, resource

router = Router(prefix="/admin/staff", tags=["administration"])


async def administration(session: Session, here: Here) -> StaffAdministration:
    return StaffAdministration(session, persons=here.need_persons(), law=here.resources["law"], settings=here.settings)


async def new_passwords(hashing: Annotated[PasswordHashing, Depends(resource("passwords"))]) -> NewPasswords:
    return NewPasswords(hashing)


Administration = Annotated[StaffAdministration, Depends(administration)]
Passwords = Annotated[NewPasswords, Depends(new_passwords)]
Limit = Annotated[int, Query(ge=1, le=100)]
HIRING = problems(
    AdministratorOnly, OrganisationNotFound, StaffExists, IinInvalid, RoleUnknown, PasswordTooWeak, PasswordsBusy
)
CHANGING = problems(AdministratorOnly, StaffNotFound, OwnAccount, RoleUnknown, PasswordsBusy)


@router.get("", responses=problems(AdministratorOnly))
async def list_staff(
    staff: Administration,
    by: CurrentAdministrator,
    bin: Bin | None = None,  # noqa: A002  # the field's name
    cursor: str | None = None,
    limit: Limit = 50,
) -> StaffPage:
    after = parse_public_id("aut", cursor) if cursor is not None else None
    found = await staff.seen_by(by, only=bin, after=after, limit=limit + 1)
    shown = [ShownStaff.of(member) for member in found[:limit]]
    more = len(found) > limit
    return StaffPage(items=shown, next_cursor=shown[-1].account_id if more else None)


@router.post("", status_code=201, response_model_exclude_none=True, responses=HIRING)
async def hire(
    form: WrittenStaff,
    staff: Administration,
    by: CurrentAdministrator,
    passwords: Passwords,
    here: Here,
    now: Now,
    response: Response,
) -> ShownStaff:
    iin = Iin.parse(form.iin, allow_test=here.settings.allow_test_identities)
    password = form.password or generate()
    hashed = await passwords.hash(password, Owner(kind="staff", iin=iin.value))
    member = await staff.hire(form.new(iin, hashed), by, now)
    response.headers["Cache-Control"] = "no-store"
    return ShownStaff.of(member, password if form.password is None else None)


@router.patch("/{account_id}", response_model_exclude_none=True, responses=CHANGING)
async def change(
    account_id: str,
    form: WrittenChange,
    staff: Administration,
    by: CurrentAdministrator,
    passwords: Passwords,
    now: Now,
    response: Response,
) -> ShownStaff:
    try:
        key = parse_public_id("aut", account_id)
    except NotFound as error:
        raise StaffNotFound from error
    password = generate() if form.reset_password else None
    hashed = await passwords.hash_generated(password) if password is not None else None
    response.headers["Cache-Control"] = "no-store"
    return ShownStaff.of(await staff.change(key, form.change(hashed), by, now), password)
