"""A row as PostgreSQL answers it: columns by name, of types that SQLAlchemy does not tell."""

from typing import Any

from sqlalchemy import Row

AnyRow = Row[*tuple[Any, ...]]
