"""What people send to register and to log in."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.condition1.errors import TokenRequestInvalid
from gateway.condition2.signed import SignedDocument

_MOST_FIELDS = 16
GRANTS = ("password", "refresh_token")

Password = Annotated[str, Field(min_length=1, max_length=1024)]


class RegistrationIn(BaseModel):
    """`proof` is a signed document of the purpose `registration`: akmola registers with it, anyone can be taken over by it."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    iin: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    password: Password
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{9,14}$")]
    language: Literal["kk", "ru", "en"]
    proof: SignedDocument | None = None


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


class TokenForm(BaseModel):
    """RFC 6749's form with a challenge besides: `signature` is the CMS over the challenge's document, in base64."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    grant_type: Literal["password", "refresh_token"]
    username: Annotated[str, Field(max_length=64)] = ""
    password: Annotated[str, Field(max_length=1024)] | None = None
    challenge_id: Annotated[str, Field(max_length=64)] | None = None
    signature: Annotated[str, Field(max_length=256 * 1024)] | None = None
    refresh_token: Annotated[str, Field(max_length=4096)] | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.grant_type == "refresh_token":
            if not self.refresh_token:
                raise ValueError("a refresh needs its token")
        elif not self.password or (self.challenge_id is None) != (self.signature is None):
            raise ValueError("a password is needed, and challenge_id and signature together")
        return self

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read `application/x-www-form-urlencoded`; raises TokenRequestInvalid, with `error` as RFC 6749 has it."""
        fields = form_fields(body)
        if fields.get("grant_type", "password") not in GRANTS:
            raise TokenRequestInvalid("unsupported_grant_type")
        try:
            return cls.model_validate(fields)
        except ValidationError:
            raise TokenRequestInvalid from None


def form_fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise TokenRequestInvalid from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TokenRequestInvalid
    return fields


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
