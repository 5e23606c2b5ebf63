"""The twelve processes of a region on one machine, each with its own environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shlyuz import layout
from shlyuz.layout import OWNERS, SERVICES
from shlyuz.running import keys
from shlyuz.running.home import DOOR, Home
from shlyuz.running.program import Program
from shlyuz.seeding import cast

if TYPE_CHECKING:
    from attachment.settings import Settings as AttachmentSettings
    from auth.settings import Settings

ROLES = ("web", "worker")
REGISTERS = "registers"
"""The port's name of the registers outside the suite, which a region on one machine serves itself."""
OUTSIDE = ("tb-patients", "dynamic-observation")
NAMES = tuple(f"{service}-{role}" for service in SERVICES for role in ROLES)

# So the embedded broker lets a member join in 2 s in place of 5; Apache Kafka wants a session of 6 s at least.
EMBEDDED_BROKER = {
    "SHLYUZ_KAFKA_SESSION_TIMEOUT": "PT3S",
    "SHLYUZ_KAFKA_HEARTBEAT_INTERVAL": "PT0.1S",
    "SHLYUZ_KAFKA_REBALANCE_TIMEOUT": "PT0.5S",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the processes stand on, as far as it is known only when it runs."""

    ports: Mapping[str, int]
    database_urls: Mapping[str, str]
    kafka: str
    settings: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[DOOR]}"


def programs(home: Home, around: Surroundings) -> list[Program]:
    return [_program(home, around, service, role) for service in SERVICES for role in ROLES]


def _program(home: Home, around: Surroundings, service: str, role: str) -> Program:
    name = f"{service}-{role}"
    settings = _common(home, around, service) | _particular(home, around, service) | dict(around.settings)
    if role == "web":  # a worker asks nobody over HTTP, so it can say that it is the service to nobody
        settings["SHLYUZ_CALLER_KEY"] = str(keys.caller_key(home, service))
    if role == "web" and service in OWNERS:  # results are prepared there, QR code and all
        settings["SHLYUZ_QR_KEY"] = str(keys.qr_key(home, service))
    return Program(
        name=name,
        module=service,
        arguments=(role,),
        environment=_inherited() | settings | {"SHLYUZ_PORT": str(around.ports[name])},
        log=home.log / f"{name}.log",
        port=around.ports[name],
    )


def auth_settings(home: Home, database_url: str) -> "Settings":
    """What auth-svc's own code needs to make accounts in a local region from here."""
    from pydantic import SecretStr

    from auth.settings import Settings

    return Settings(
        env="development",
        database_url=SecretStr(database_url),
        personal_key=keys.personal_key(home, "auth"),
        regulations=layout.regulations(),
    )


def attachment_settings(home: Home, database_url: str) -> "AttachmentSettings":
    """What attachment-svc's own import needs to fill the population register of a local region from here."""
    from pydantic import SecretStr

    from attachment.settings import Settings

    return Settings(
        env="development",
        database_url=SecretStr(database_url),
        personal_key=keys.personal_key(home, "attachment"),
        regulations=layout.regulations(),
    )


def _inherited() -> dict[str, str]:
    """The surroundings of the operator's shell, but no setting of ours: a region is described by its folder alone."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SHLYUZ_")}


def _common(home: Home, around: Surroundings, service: str) -> dict[str, str]:
    return {
        "SHLYUZ_ENV": "development",
        "SHLYUZ_HOST": "127.0.0.1",
        "SHLYUZ_DATABASE_URL": around.database_urls[service],
        "SHLYUZ_KAFKA": around.kafka,
        "SHLYUZ_REGULATIONS": str(layout.regulations()),
        "SHLYUZ_CALLER_KEYS": str(home.callers),
        "SHLYUZ_PERSONAL_KEY": str(keys.personal_key(home, service)),
    }


def _particular(home: Home, around: Surroundings, service: str) -> dict[str, str]:
    if service == "auth":  # all of a region on one machine come from one address: its failures are everyone's
        return {"SHLYUZ_LOGIN_ADDRESS_TRIES": "10000"}
    if service == "gateway":
        upstreams = {
            f"SHLYUZ_UPSTREAM_{name.upper()}": f"http://127.0.0.1:{around.ports[f'{name}-web']}"
            for name in SERVICES
            if name != "gateway"
        }
        return upstreams | {"SHLYUZ_TRUST": str(home.trust), "SHLYUZ_FORM_KEY": str(keys.form_key(home))}
    owners = {
        "SHLYUZ_SEALS": str(home.seals),
        "SHLYUZ_VERIFY_URL": f"{around.url}/api/v1/verify",
        "SHLYUZ_ORGANISATIONS": json.dumps(cast.organisations()),
    }
    if service == "certificate":
        addresses = {name: f"http://127.0.0.1:{around.ports[REGISTERS]}/{name}" for name in OUTSIDE}
        owners["SHLYUZ_REGISTERS"] = json.dumps(addresses)
    if service == "attachment":  # it keeps the population register, and asks itself in process
        return owners
    return owners | {"SHLYUZ_UPSTREAM_ATTACHMENT": f"http://127.0.0.1:{around.ports['attachment-web']}"}
