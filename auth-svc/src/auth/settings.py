"""What an operator may set for auth-svc; the numbers are ours, the decrees have none."""

from datetime import timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from shared.settings import ServiceSettings

Length = Annotated[timedelta, Field(gt=timedelta(0))]
LEAST_WORK: Final = 35_840
"""KiB times rounds: the least of the equal choices on OWASP's password storage page (7 MiB, five rounds)."""


class Settings(ServiceSettings):
    password_memory_kib: Annotated[int, Field(ge=1024)] = 47_104
    """With one round the cost that OWASP's password storage page gives for Argon2id: about 70 ms here."""
    password_rounds: Annotated[int, Field(ge=1)] = 1
    password_workers: Annotated[int, Field(ge=1, le=64)] = 2
    password_queue: Annotated[int, Field(ge=0)] = 100

    login_account_tries: Annotated[int, Field(ge=2)] = 5
    login_address_tries: Annotated[int, Field(ge=2)] = 50
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

    @model_validator(mode="after")
    def _refuse_cheap_passwords(self) -> Self:
        if self.production and self.password_memory_kib * self.password_rounds < LEAST_WORK:
            raise ValueError(
                f"SHLYUZ_ENV=production refuses passwords that are hashed so cheaply: SHLYUZ_PASSWORD_MEMORY_KIB times"
                f" SHLYUZ_PASSWORD_ROUNDS must be {LEAST_WORK} at least"
            )
        return self
