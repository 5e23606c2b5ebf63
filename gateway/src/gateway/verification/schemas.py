"""A key set of all owners; `unavailable` names those that are away, whose keys are missing."""

from pydantic import BaseModel

from shared.applications.results.schemas import QrKeyOut


class KeysOut(BaseModel):
    keys: list[QrKeyOut]
    unavailable: list[str]
