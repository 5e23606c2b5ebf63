"""What people send to register and to log in."""

from typing import Annotated, Literal, Self
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.condition1.errors import TokenRequestInvalid
from gateway.condition2.signed import SignedDocument

_MOST_FIELDS = 16
_GRANTS = ("password", "refresh_token")

Password = Annotated[str, Field(min_length=1, max_length=1024)]


class RegistrationIn(BaseModel):
    """`proof` is a signed document of the purpose `registration`: with it one registers at once, or takes over."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    iin: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    password: Password
    phone: Annotated[str, Field(pattern=r"^\+[1-9][0-9]{9,14}$")]
    language: Literal["kk", "ru", "en"]
    proof: SignedDocument | None = None


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
        if fields.get("grant_type", "password") not in _GRANTS:
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
