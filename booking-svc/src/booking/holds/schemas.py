"""A hold as JSON."""

from datetime import datetime

from pydantic import BaseModel


class HoldOut(BaseModel):
    """The slot that the citizen holds, and until when; times carry the offset of the provider's zone."""

    id: str
    doctor_id: str
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
