"""`POST /users`: register with a signed proof (201), or without one (202, alike for a free and a taken IIN)."""

from typing import Annotated

from fastapi import Depends, Response

from auth.passwords.errors import PasswordsBusy, PasswordTooWeak
from auth.passwords.hashing import PasswordHashing
from auth.passwords.service import NewPasswords
from auth.users.errors import ProofAlreadyUsed, ProofNotReadable, ProofOfAnotherPerson
from auth.users.schemas import Account, Received, Registration
from auth.users.service import Registering
from shared.personal import IinInvalid
from shared.web import Here, Now, Router, allow, problems, resource

router = Router(tags=["users"], dependencies=[Depends(allow("gateway"))])
Hashing = Annotated[PasswordHashing, Depends(resource("passwords"))]
REFUSALS = problems(
    IinInvalid, PasswordTooWeak, PasswordsBusy, ProofNotReadable, ProofOfAnotherPerson, ProofAlreadyUsed
)


async def registering(here: Here, hashing: Hashing) -> Registering:
    return Registering(
        database=here.database,
        persons=here.need_persons(),
        passwords=NewPasswords(hashing),
        settings=here.settings,
    )


UseCases = Annotated[Registering, Depends(registering)]


@router.post("/users", status_code=202, response_model=Received | Account, responses=REFUSALS)
async def register(form: Registration, users: UseCases, now: Now, here: Here, response: Response) -> Received | Account:
    citizen = form.citizen(allow_test=here.settings.allow_test_identities)
    if form.proof is None:
        await users.without_proof(citizen, now)
        return Received()
    response.status_code = 201
    return Account.of(await users.with_proof(citizen, form.proof.proof(), now))
