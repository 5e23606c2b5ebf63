"""The tables of auth-svc's own database stand together here."""

from shared.db import new_metadata

metadata = new_metadata()
