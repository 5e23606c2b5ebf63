"""The catalogue as the public reads it."""

from datetime import datetime

from pydantic import BaseModel

from shared.applications.catalogue.schemas import FormOut, ServiceOut
from shared.applications.providers.schemas import ProviderOut


class CatalogueOut(BaseModel):
    """Services in force today; `unavailable` names the owners that are away, whose services may be missing."""

    items: list[ServiceOut]
    unavailable: list[str]


class ProvidersOut(BaseModel):
    items: list[ProviderOut]
    unavailable: list[str]


class FormWithToken(FormOut):
    """The form of a service with the token that its signed document must carry."""

    form_token: str
    form_token_expires_at: datetime


class PurposeForm(BaseModel):
    """The form of a document that belongs to no one service."""

    purpose: str
    form: dict[str, object]
    form_token: str
    form_token_expires_at: datetime
