"""What people get who register and log in, and the bodies of the two OAuth calls for the document."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field


class ReceivedOut(BaseModel):
    """The same for every IIN, free or taken."""

    state: Literal["received"]


class AccountOut(BaseModel):
    account_id: str
    acr: Literal["certificate"]
    taken_over: bool


class ChallengeOut(BaseModel):
    """Sign the exact bytes of `document` within five minutes; it is used up by the first login that names it."""

    challenge_id: str
    document: Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]
    expires_at: datetime


class TokenOut(BaseModel):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    acr: Literal["password", "certificate"]
    kind: Literal["citizen", "staff"]


FORM_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/TokenForm"}}},
    }
}
REVOKE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["token"], "properties": {"token": {"type": "string"}}}
            }
        },
    }
}
