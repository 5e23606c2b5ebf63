"""The catalogue as the public reads it."""

from datetime import date
from typing import Any

from pydantic import BaseModel


class ServiceOut(BaseModel):
    """One service of one region, by the edition in force today."""

    key: str
    region: str
    service: str
    edition: str
    adopted_from: date
    title: dict[str, str]
    channels: list[str]
    acr: str


class ServiceList(BaseModel):
    """Services in force today, ordered by region and service."""

    items: list[ServiceOut]
    next_cursor: str | None = None


class FormOut(BaseModel):
    """The form of a service: a JSON Schema 2020-12 of the `fields` to sign, and how many documents may be attached."""

    region: str
    service: str
    edition: str
    purpose: str
    channel: str
    documents: int
    form: dict[str, Any]
