"""Lists of the cabinet."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from gateway.routing.shapes import ApplicationOut


class _Page(BaseModel):
    """`unavailable` names the services that are away: their part is missing here."""

    next_cursor: str | None
    unavailable: list[str]


class ApplicationsOut(_Page):
    items: list[ApplicationOut]


class NoticeOut(BaseModel):
    """A formed notice of refusal or result, in three languages."""

    model_config = ConfigDict(extra="allow")

    id: str
    number: str
    formed_at: datetime
    title: dict[str, str]
    detail: dict[str, str] | None = None


class NoticesOut(_Page):
    items: list[NoticeOut]


class AccessesOut(_Page):
    items: list[dict[str, Any]]
