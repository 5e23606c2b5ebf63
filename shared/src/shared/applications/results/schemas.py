"""What anyone may know of a result: that it is genuine and in force, and of whom no more than a masked name."""

from datetime import date, datetime

from pydantic import BaseModel


class Issuer(BaseModel):
    """The provider whose seal stands in the result."""

    bin: str
    names: dict[str, str]


class VerifyOut(BaseModel):
    """The answer to a verification code."""

    genuine: bool
    in_force: bool
    state: str
    code: str
    number: str
    kind: dict[str, str]
    issuer: Issuer
    issued_on: date
    annulled_at: datetime | None
    patient: str
    sha256: str
