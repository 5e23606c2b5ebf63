"""Providers, and the accounts of those who work there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel


class ShownProvider(BaseModel):
    """A provider with its opening hours; names and address by language."""

    bin: str
    region: str
    names: dict[str, str]
    address: dict[str, str]
    zone: str
    opening_hours: dict[str, Any]
    services: list[str]
    active: bool
    version: int
    changed_at: datetime


class ShownProviders(BaseModel):
    """The providers of the regions that the caller administers: always all of them."""

    items: list[ShownProvider]
    next_cursor: str | None = None


class ShownStaff(BaseModel):
    """A member of staff as an administrator sees him; `password` is generated, and there in the first answer alone."""

    account_id: str
    iin: str
    bin: str
    name: str
    language: str
    roles: list[str]
    active: bool
    created_at: datetime
    password: str | None = None


class StaffPage(BaseModel):
    """One page; `next_cursor` asks for the next."""

    items: Sequence[ShownStaff]
    next_cursor: str | None


class ColleagueOut(BaseModel):
    """A colleague as a supervisor sees him: no IIN, and nothing of his account but its id."""

    account_id: str
    bin: str
    name: str
    roles: list[str]


class ColleaguesOut(BaseModel):
    """One page; `next_cursor` asks for the next."""

    items: Sequence[ColleagueOut]
    next_cursor: str | None
