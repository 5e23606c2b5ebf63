"""A principal as the gateway puts it into assertions."""

from typing import Literal, Self

from pydantic import BaseModel

from auth.principals.service import Principal
from shared.db import public_id


class ShownPrincipal(BaseModel):
    kind: Literal["citizen", "staff"]
    account_id: str
    session_id: str
    iin: str
    acr: Literal["password", "certificate"]
    bin: str | None
    roles: list[str]
    name: str | None
    language: str

    @classmethod
    def of(cls, principal: Principal) -> Self:
        return cls.model_validate(
            {
                "kind": principal.kind,
                "account_id": public_id("aut", principal.account_id),
                "session_id": public_id("aut", principal.session_id),
                "iin": principal.iin,
                "acr": principal.acr,
                "bin": principal.bin,
                "roles": list(principal.roles),
                "name": principal.name,
                "language": principal.language,
            }
        )
