"""What is typed from a slip, and what it opens."""

from pydantic import BaseModel, ConfigDict, Field


class SlipIn(BaseModel):
    """A slip's code as it was typed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slip: str = Field(min_length=1, max_length=64)


class SlipOut(BaseModel):
    """The test, where it stands, and the step that is open at the provider: at the end that of handing over."""

    application: str
    state: str
    task: str | None
