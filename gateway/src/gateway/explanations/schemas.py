"""An explanation for programs, in all three languages."""

from pydantic import BaseModel


class ExplanationOut(BaseModel):
    """`title` says what happened, `detail` what to do next, `steps` the same at length (refused signatures)."""

    code: str
    title: dict[str, str]
    detail: dict[str, str]
    steps: dict[str, list[str]]
    condition: int | None
    process: int | None
    step: int | None
    clause: str | None
