"""What the gateway forwards when a citizen changes an application."""

from shared.applications.filing.schemas import FilingIn


class ChangeIn(FilingIn):
    """The exact signed bytes, the CMS over them, and what condition 2 came to."""
