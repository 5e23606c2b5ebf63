"""After how many failures a login pauses, and for how long: settings, ours."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from auth.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`tries` failures bring the first pause; each more doubles it; `forget_after` without one starts anew."""

    tries: int
    first_pause: timedelta
    longest_pause: timedelta
    forget_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    account: Rule
    address: Rule

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            account=_rule(settings.login_account_tries, settings), address=_rule(settings.login_address_tries, settings)
        )


def _rule(tries: int, settings: Settings) -> Rule:
    return Rule(
        tries=tries,
        first_pause=settings.login_pause,
        longest_pause=settings.login_pause_longest,
        forget_after=settings.login_failures_kept,
    )
