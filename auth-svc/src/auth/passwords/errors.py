"""Refusals that concern a password."""

from datetime import timedelta

from auth.passwords.policy import Weakness
from shared.errors import ProblemError


class PasswordsBusy(ProblemError):
    """More passwords wait to be checked than may wait; nothing was done."""

    code = "passwords-busy"
    status = 503

    def __init__(self) -> None:
        super().__init__(retry_after=timedelta(seconds=2))


class PasswordTooWeak(ProblemError):
    """The password is one that a guesser tries early."""

    code = "password-too-weak"
    status = 422

    def __init__(self, reason: Weakness, shortest: int) -> None:
        super().__init__(extra={"reason": reason}, shortest=shortest)
