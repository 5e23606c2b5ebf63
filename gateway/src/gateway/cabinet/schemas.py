"""Lists of the cabinet over all services; `unavailable` names the services that are away, whose part is missing."""

from datetime import datetime

from pydantic import BaseModel

from shared.applications.cabinet.schemas import AccessList, ApplicationList, RemedyOut


class ApplicationsOut(ApplicationList):
    unavailable: list[str]


class NoticeOut(BaseModel):
    """A numbered notice of refusal or result.

    One of process 4 is the gateway's own: it has no application, since a refused signature never became one, and says
    what was signed (`occasion`) and which check of condition 2 failed (`code`, `step`, `clause`).
    """

    id: str
    number: str
    kind: str
    process: int | None
    condition: int | None
    application: dict[str, str] | None
    at: datetime
    text: str
    texts: dict[str, str]
    ground: str | None
    ground_kind: str | None
    ground_text: str | None
    note: str | None
    remedy: RemedyOut | None = None
    code: str | None = None
    step: int | None = None
    clause: str | None = None
    occasion: str | None = None
    service: str | None = None
    task_id: str | None = None


class NoticesOut(BaseModel):
    items: list[NoticeOut]
    next_cursor: str | None
    unavailable: list[str]


class AccessesOut(AccessList):
    unavailable: list[str]
