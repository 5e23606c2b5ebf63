"""`POST /auth/token` (process 1, condition 1) and `POST /auth/revoke`."""

from typing import Annotated

from fastapi import Depends, Response

from auth.keys.service import SigningKeys
from auth.lockout.rules import Rules
from auth.login.errors import CertificateRefused, LoginRefused, RefreshRefused, TokenRequestInvalid
from auth.login.refreshing import Refreshing, Renewal
from auth.login.revoking import Revoking
from auth.login.schemas import GivenTokens, Revocation, TokenRequest
from auth.login.service import LogIn
from auth.login.tokens import TokenIssuer
from auth.passwords.errors import PasswordsBusy
from auth.passwords.hashing import PasswordHashing
from shared.web import Here, Now, Router, allow, problems, resource

router = Router(tags=["sessions"], dependencies=[Depends(allow("gateway"))])
Hashing = Annotated[PasswordHashing, Depends(resource("passwords"))]
Keys = Annotated[SigningKeys, Depends(resource("keys"))]
REFUSALS = problems(LoginRefused, CertificateRefused, RefreshRefused, TokenRequestInvalid, PasswordsBusy)


async def logging_in(here: Here, hashing: Hashing) -> LogIn:
    return LogIn(
        database=here.database,
        persons=here.need_persons(),
        hashing=hashing,
        rules=Rules.of(here.settings),
        settings=here.settings,
    )


async def refreshing(here: Here) -> Refreshing:
    return Refreshing(database=here.database, persons=here.need_persons(), settings=here.settings)


@router.post("/auth/token", responses=REFUSALS)
async def give_tokens(
    form: TokenRequest,
    logins: Annotated[LogIn, Depends(logging_in)],
    refreshes: Annotated[Refreshing, Depends(refreshing)],
    keys: Keys,
    here: Here,
    now: Now,
    response: Response,
) -> GivenTokens:
    asked = form.asked()
    opened = await (refreshes.refresh(asked, now) if isinstance(asked, Renewal) else logins.log_in(asked, now))
    response.headers["Cache-Control"] = "no-store"
    return GivenTokens.of(await TokenIssuer(keys, here.settings.access_token_life).issue(opened, now))


@router.post("/auth/revoke")
async def revoke(form: Revocation, keys: Keys, here: Here, now: Now) -> dict[str, str]:
    await Revoking(database=here.database, keys=keys, settings=here.settings).revoke(form.token, now)
    return {}
