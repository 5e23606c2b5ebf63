"""Doctors as JSON."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from booking.doctors.models import Doctor
from booking.doctors.service import NewDoctor
from booking.specialties import specialties
from shared.db import public_id
from shared.shapes import reception
from shared.shapes.visits import Titles

NamePart = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[\w'’ .-]+$")
]


class DoctorOut(reception.DoctorOut):
    @classmethod
    def of(cls, doctor: Doctor) -> "DoctorOut":
        return cls(
            id=public_id("bkg", doctor.id),
            surname=doctor.surname,
            given_name=doctor.given_name,
            patronymic=doctor.patronymic,
            specialty=doctor.specialty,
            specialty_title=Titles(**specialties()[doctor.specialty]),
            room=doctor.room,
            active=doctor.active,
        )


class DoctorIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    surname: NamePart
    given_name: NamePart
    patronymic: NamePart | None = None
    specialty: str = Field(max_length=64)
    room: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=r"^[\w№/ .-]+$")]

    @field_validator("specialty")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in specialties():
            raise ValueError("unknown specialty")
        return value

    def doctor(self) -> NewDoctor:
        return NewDoctor(**self.model_dump())


class DoctorChange(BaseModel):
    """What becomes otherwise: whether he sees patients, and which staff account (role `doctor`) is his."""

    model_config = ConfigDict(extra="forbid")

    active: bool | None = None
    account_id: Annotated[str | None, Field(min_length=1, max_length=64)] = None
