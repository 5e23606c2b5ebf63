"""What is read from a tube, and what is shown of it."""

from pydantic import BaseModel, ConfigDict, Field


class SampleIn(BaseModel):
    """A code as it was scanned or typed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sample_code: str = Field(min_length=1, max_length=64)


class SampleOut(BaseModel):
    """A tube by its code, in groups as the label has it."""

    sample_code: str


class SamplesOut(BaseModel):
    """Tubes, the longest waiting first."""

    items: list[SampleOut]
