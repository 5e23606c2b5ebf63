"""A clock that stands where the test puts it."""

from datetime import UTC, datetime, timedelta


class FixedClock:
    """Tell the same instant until it is moved; raises ValueError for one without a zone."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("an instant has a zone")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Give the instant, aware, in UTC."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move forward, or back."""
        self._at += by

    def set(self, at: datetime) -> None:
        """Move to an instant."""
        self._at = at.astimezone(UTC)
