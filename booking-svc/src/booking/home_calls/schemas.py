"""Visits and advice as JSON."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from booking.home_calls import wording


class ComplaintIn(BaseModel):
    """What somebody wants a doctor for, in his words; it is looked at and forgotten."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class OutcomeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Annotated[str, Field(max_length=64)]

    @field_validator("outcome")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in wording.outcomes():
            raise ValueError("unknown outcome")
        return value
