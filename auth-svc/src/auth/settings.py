"""What an operator may set for auth-svc; the numbers are ours, the decrees have none."""

from datetime import timedelta
from typing import Annotated

from annotated_types import Ge, Gt, Le

from shared.settings import ServiceSettings

Length = Annotated[timedelta, Gt(timedelta(0))]


class Settings(ServiceSettings):
    password_memory_kib: Annotated[int, Ge(1024)] = 47_104
    """With one round the cost that OWASP's password storage page gives for Argon2id: about 70 ms here."""
    password_rounds: Annotated[int, Ge(1)] = 1
    password_workers: Annotated[int, Ge(1), Le(64)] = 2
    password_queue: Annotated[int, Ge(0)] = 100

    login_account_tries: Annotated[int, Ge(2)] = 5
    login_address_tries: Annotated[int, Ge(2)] = 50
    login_pause: Length = timedelta(seconds=30)
    login_pause_longest: Length = timedelta(minutes=15)
    login_failures_kept: Length = timedelta(days=1)

    challenge_life: Length = timedelta(minutes=5)
    access_token_life: Length = timedelta(minutes=10)
    refresh_idle: Length = timedelta(hours=2)
    session_life: Length = timedelta(hours=12)
    sessions_kept: Length = timedelta(days=30)

    signing_key_life: Length = timedelta(days=30)
    signing_key_announced: Length = timedelta(hours=1)
    """How long a new key stands in the JWKS before it signs: longer than anyone may keep the JWKS."""
