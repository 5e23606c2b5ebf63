"""Settings of a process come from the environment: the same names in every process, each with that process's values."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SHLYUZ_"


def _seconds(value: object) -> object:
    """Read a bare number as seconds; pydantic itself reads ISO 8601 (`PT3S`) and `00:00:03` from text."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
"""A span of time in a setting: seconds (`3`, `0.5`) or ISO 8601 (`PT3S`)."""


def _base_url(value: AnyHttpUrl) -> str:
    return str(value).rstrip("/")


BaseUrl = Annotated[AnyHttpUrl, AfterValidator(_base_url)]
"""Where another service answers; becomes text without a slash at its end."""


class ServiceSettings(BaseSettings):
    """Read what every service needs from `SHLYUZ_…`; a service subclasses it with settings of its own.

    The environment is production unless it says otherwise, so that a forgotten variable never opens a door:
    a switch named in `development_switches` of any class of the family refuses to be on in production.
    A value may also lie in a file `shlyuz_<name>` in the folder that `SHLYUZ_SECRETS_DIR` names.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True
    )
    development_switches: ClassVar[tuple[str, ...]] = ("allow_test_identities",)

    env: Literal["development", "production"] = "production"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    allow_test_identities: bool = False

    database_url: SecretStr | None = None
    """asyncpg URL of the process's own database, in the application's role."""
    pool_size: int = Field(default=10, ge=1)
    statement_timeout: Duration = timedelta(seconds=15)

    kafka: str | None = None
    """Bootstrap servers, host:port, separated by commas."""
    kafka_session_timeout: Duration = timedelta(seconds=10)
    kafka_heartbeat_interval: Duration = timedelta(seconds=1)
    kafka_rebalance_timeout: Duration = timedelta(seconds=10)
    kafka_group_instance: str | None = None
    kafka_send_timeout: Duration = timedelta(seconds=10)
    kafka_partitions: int = Field(default=4, ge=1)
    event_retention: Duration = timedelta(days=7)
    relay_poll: Duration = timedelta(milliseconds=100)

    regulations: Path | None = None
    caller_key: Path | None = None
    caller_keys: Path | None = None
    personal_key: Path | None = None

    drain: Duration = timedelta(seconds=20)
    """How long running requests may take to end after SIGTERM."""
    header_deadline: Duration = timedelta(seconds=10)
    body_deadline: Duration = timedelta(seconds=30)

    def __init__(self, **values: Any) -> None:
        values.setdefault("_secrets_dir", os.environ.get(f"{PREFIX}SECRETS_DIR"))
        super().__init__(**values)

    @property
    def production(self) -> bool:
        """Tell whether development switches must be off."""
        return self.env == "production"

    @model_validator(mode="after")
    def _refuse_development_switches(self) -> Self:
        names = {name for cls in type(self).__mro__ for name in vars(cls).get("development_switches", ())}
        on = sorted(name for name in names if getattr(self, name))
        if self.production and on:
            listed = ", ".join(f"{PREFIX}{name.upper()}" for name in on)
            raise ValueError(f"{PREFIX}ENV=production refuses the development switches {listed}; unset them")
        return self
