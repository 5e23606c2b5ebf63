"""Free slots as JSON."""

from datetime import datetime

from pydantic import BaseModel


class SlotOut(BaseModel):
    """A free slot; times carry the offset of the provider's zone."""

    id: str
    doctor_id: str
    starts_at: datetime
    ends_at: datetime


class SlotsOut(BaseModel):
    """One page, earliest first; `next_cursor` asks for the next."""

    items: list[SlotOut]
    next_cursor: str | None
