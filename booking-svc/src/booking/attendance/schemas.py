"""A day's appointments as JSON, and what staff say of one."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_NO_CONTROLS = r"^[^\x00-\x08\x0B-\x1F\x7F\u{202A}-\u{202E}\u{2066}-\u{2069}]*$"
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=_NO_CONTROLS)]
"""A word to the citizen, without control characters or marks that turn the direction of writing."""


class AttendanceIn(BaseModel):
    """Whether the person came."""

    model_config = ConfigDict(extra="forbid")

    attended: Annotated[bool, Field(strict=True)]


class CancellationIn(BaseModel):
    """Why the provider cancels: a ground of the regulation's list, and a word to the citizen."""

    model_config = ConfigDict(extra="forbid")

    ground: Annotated[str, Field(max_length=64)]
    note: Note | None = None
