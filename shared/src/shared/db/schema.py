"""Tables that several services keep, each in its own database, are declared once, on one MetaData."""

from sqlalchemy import MetaData

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """Make a MetaData whose constraints are named alike everywhere, so that errors and migrations can name them."""
    return MetaData(naming_convention=dict(_NAMES))


metadata = new_metadata()
"""Of the shared tables alone: outbox, inbox, person keys, answers, the case file. A service has its own besides."""
