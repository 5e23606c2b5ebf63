"""Tubes in the laboratory, and slips that are shown."""

from pydantic import BaseModel, ConfigDict, Field


class SampleIn(BaseModel):
    """A tube's code as it was scanned or typed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sample_code: str = Field(min_length=1, max_length=64)


class SampleOut(BaseModel):
    """A tube by its code, in groups as the label has it."""

    sample_code: str


class SamplesOut(BaseModel):
    """Tubes, the longest waiting first."""

    items: list[SampleOut]


class SlipIn(BaseModel):
    """A slip's code as it was typed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slip: str = Field(min_length=1, max_length=64)


class SlipOut(BaseModel):
    """The test, where it stands, and the step that is open at the provider: at the end that of handing over."""

    application: str
    state: str
    task: str | None
