"""Service time: read once at the edge of a request and passed on."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tell the service time; read it once at the edge of a request and pass it on."""

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC; raises `shared.db.DatabaseAway` where it is not known yet."""
        ...
