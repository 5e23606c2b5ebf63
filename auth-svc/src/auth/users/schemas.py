"""What the gateway forwards to register a citizen: the form, and for a proof what condition 2 found."""

from typing import Annotated, Literal, Self

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from auth.users.service import NewCitizen, Proof, Registered
from auth.words import Language, Strict
from shared.db import public_id
from shared.personal import Iin

Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{9,14}$")]
"""E.164."""
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Kept(BaseModel):
    """Members that are not read here are kept with it: it is evidence."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


class Signer(Kept):
    iin: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]


class Verdict(Kept):
    value: Literal["valid"]
    signer: Signer


class Evidence(Kept):
    verdict: Verdict


class ForwardedProof(Strict):
    document: Annotated[Base64Bytes, Field(max_length=65_536)]
    signature: Annotated[Base64Bytes, Field(max_length=131_072)]
    evidence: Evidence

    def proof(self) -> Proof:
        return Proof(
            document=self.document,
            signature=self.signature,
            signer_iin=self.evidence.verdict.signer.iin,
            evidence=self.evidence.model_dump(mode="json"),
        )


class Registration(Strict):
    iin: Annotated[str, StringConstraints(max_length=64)]
    password: Password
    phone: Phone
    language: Language
    client_address: Address | None = None
    proof: ForwardedProof | None = None

    def citizen(self, *, allow_test: bool) -> NewCitizen:
        return NewCitizen(
            iin=Iin.parse(self.iin, allow_test=allow_test),
            password=self.password,
            phone=self.phone,
            language=self.language,
            address=self.client_address,
        )


class Received(BaseModel):
    """The same for every IIN."""

    state: Literal["received"] = "received"


class Account(BaseModel):
    account_id: str
    acr: Literal["certificate"] = "certificate"
    taken_over: bool

    @classmethod
    def of(cls, registered: Registered) -> Self:
        return cls(account_id=public_id("aut", registered.account_id), taken_over=registered.taken_over)
