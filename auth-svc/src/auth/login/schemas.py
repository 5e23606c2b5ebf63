"""What the gateway makes of the OAuth2 form and of condition 2, and the answer of RFC 6749 section 5.1."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints

from auth.login.errors import TokenRequestInvalid
from auth.login.refreshing import Renewal
from auth.login.service import Attempt, Certificate
from auth.login.tokens import Tokens
from auth.words import Bin, Strict

Short = Annotated[str, StringConstraints(max_length=64)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
Oid = Annotated[str, StringConstraints(pattern=r"^[0-9.]{1,64}$")]


class SeenCertificate(Strict):
    iin: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
    bin: Bin | None = None
    roles: Annotated[tuple[Oid, ...], Field(max_length=20)] = ()
    serial: Short
    evidence: Annotated[dict[str, Any], Field(default_factory=dict)]

    def certificate(self) -> Certificate:
        return Certificate(iin=self.iin, bin=self.bin, serial=self.serial)


class TokenRequest(Strict):
    grant_type: Short
    username: Short = ""
    password: Secret | None = None
    refresh_token: Token | None = None
    challenge_id: Short | None = None
    certificate: SeenCertificate | None = None
    certificate_refused: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")] | None = None
    client_address: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None

    def asked(self) -> Attempt | Renewal:
        """Raise TokenRequestInvalid when the members do not make one of the two grants."""
        if self.grant_type == "password":
            return self._attempt()
        if self.grant_type == "refresh_token":
            return self._renewal()
        raise TokenRequestInvalid("unsupported_grant_type")

    def _attempt(self) -> Attempt:
        shown = (self.certificate is not None) + (self.certificate_refused is not None)
        if self.password is None or self.refresh_token is not None or shown != (self.challenge_id is not None):
            raise TokenRequestInvalid
        if not self.username and not shown:
            raise TokenRequestInvalid
        return Attempt(
            username=self.username,
            password=self.password,
            address=self.client_address,
            challenge_id=self.challenge_id,
            certificate=self.certificate.certificate() if self.certificate is not None else None,
            refused=self.certificate_refused,
        )

    def _renewal(self) -> Renewal:
        others = (self.password, self.challenge_id, self.certificate, self.certificate_refused)
        if self.refresh_token is None or any(other is not None for other in others):
            raise TokenRequestInvalid
        return Renewal(refresh_token=self.refresh_token, address=self.client_address)


class GivenTokens(BaseModel):
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6750's word, no secret
    expires_in: int
    refresh_token: str
    acr: Literal["password", "certificate"]
    kind: Literal["citizen", "staff"]

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        return cls(
            access_token=tokens.access_token,
            expires_in=int(tokens.life.total_seconds()),
            refresh_token=tokens.opened.refresh_token,
            acr=tokens.opened.acr,
            kind=tokens.opened.kind,
        )


class Revocation(Strict):
    token: Token
    token_type_hint: Short | None = None
