"""The register as JSON. Who looks somebody up names him in the body: an IIN is never in a URL."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from attachment.districts.schemas import House, Place
from attachment.register.changing import Change, Kind
from attachment.register.models import Enrolment, Known, PersonalData, Residence
from attachment.register.service import Precondition, Reason
from attachment.words import LONGEST_NAME, name_part, visible
from shared.applications.forms import Bin
from shared.applications.forms import Iin as IinText
from shared.db import public_id
from shared.personal import Iin, Sex
from shared.shapes import register

Phone = Annotated[str, StringConstraints(pattern=r"^\+[0-9]{10,15}$")]
Flat = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16), AfterValidator(visible)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME), AfterValidator(name_part)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class LookupIn(_Strict):
    """Either the IIN, or surname, given name and birth date, with the patronymic where it is known."""

    iin: IinText | None = None
    surname: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None
    birth_date: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        names = (self.surname, self.given_name, self.birth_date)
        by_iin = self.iin is not None and not any((*names, self.patronymic))
        if not by_iin and (self.iin is not None or not all(names)):
            raise ValueError("either iin, or surname, given_name and birth_date")
        return self


class AddressIn(_Strict):
    """Where somebody is registered as living."""

    locality: Place
    street: Place
    house: House
    flat: Flat | None = None

    def residence(self) -> Residence:
        """Give the value."""
        return Residence(**self.model_dump())


class PersonIn(_Strict):
    """A person as his identity document, or birth certificate, has him."""

    iin: IinText
    surname: Name
    given_name: Name
    patronymic: Name | None = None
    birth_date: date
    sex: Sex
    address: AddressIn
    phone: Phone | None = None
    language: Literal["kk", "ru", "en"] = "kk"

    def data(self, *, allow_test: bool) -> PersonalData:
        """Give what the register holds; raises IinInvalid."""
        iin = Iin.parse(self.iin, allow_test=allow_test)
        own = self.model_dump(exclude={"iin", "address"})
        return PersonalData(iin=iin.value, **own, **self.address.model_dump())


class AttachmentOut(register.AttachmentOut):
    @classmethod
    def of(cls, enrolment: Enrolment) -> Self:
        return cls(
            provider=enrolment.provider, provider_names=enrolment.provider_names, district=enrolment.district_name,
            since=enrolment.started_on,
        )  # fmt: skip


class PersonOut(register.PersonOut):
    @classmethod
    def of(cls, known: Known) -> Self:
        data, enrolment = known.data, known.enrolment
        attachment = None if enrolment is None else AttachmentOut.of(enrolment)
        return cls(
            id=public_id("att", known.person.id), iin=data.iin, surname=data.surname, given_name=data.given_name,
            patronymic=data.patronymic, birth_date=data.birth_date, sex=data.sex, state=known.state,
            attachment=attachment, warnings=list(data.warnings()),
        )  # fmt: skip


class RegisterEventIn(_Strict):
    """What happened, with what it changed: `iin`, the names (all that the person has) or `address`, nothing else."""

    kind: Kind
    on: date
    iin: IinText | None = None
    surname: Name | None = None
    given_name: Name | None = None
    patronymic: Name | None = None
    address: AddressIn | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind == "iin-changed") != (self.iin is not None):
            raise ValueError("iin goes with iin-changed")
        named = self.surname is not None and self.given_name is not None
        if named != (self.kind == "name-changed") or (self.patronymic is not None and not named):
            raise ValueError("surname and given_name go with name-changed")
        if (self.kind == "address-changed") != (self.address is not None):
            raise ValueError("address goes with address-changed")
        return self

    def change(self, *, allow_test: bool) -> Change:
        """Give the change; raises IinInvalid for a number that is none."""
        iin = Iin.parse(self.iin, allow_test=allow_test) if self.iin is not None else None
        names = {"surname": self.surname, "given_name": self.given_name, "patronymic": self.patronymic}
        residence = self.address.residence() if self.address is not None else None
        return Change(kind=self.kind, on=self.on, iin=iin, residence=residence, **names)


class PreconditionIn(_Strict):
    iin: IinText
    precondition: Precondition
    provider: Bin | None = None


class PreconditionOut(BaseModel):
    """Whether it holds; else why not, for the caller's regulation to name the ground."""

    holds: bool
    reason: Reason | None = None
