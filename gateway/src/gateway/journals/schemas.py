"""A journal as its keeper reads it through the gateway."""

from pydantic import BaseModel

from shared.applications.journals.schemas import JournalOut


class VolumesOut(BaseModel):
    """The volumes of one journal; `unavailable` names the owners that are away, whose volumes may be missing."""

    journal: str
    volumes: list[JournalOut]
    unavailable: list[str]
