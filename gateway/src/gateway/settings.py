"""What the gateway is told by its environment (prefix SHLYUZ_), besides what every process is told."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from limits import RateLimitItem, parse
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from shared.settings import BaseUrl, ServiceSettings

Network = IPv4Network | IPv6Network


def _networks(value: object) -> object:
    if isinstance(value, str):
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    return value


def _rate(value: str) -> str:
    parse(value)
    return value


Rate = Annotated[str, AfterValidator(_rate)]
"""As the library `limits` writes them: "30/minute", "5 per 10 second"."""


class Settings(ServiceSettings):
    """Times in seconds or ISO 8601, rates per replica."""

    upstream_auth: BaseUrl
    upstream_attachment: BaseUrl
    upstream_booking: BaseUrl
    upstream_certificate: BaseUrl
    upstream_lab: BaseUrl

    trust: Path
    """Trust configuration: anchors, intermediates, revocation lists, responders, budgets, profile."""
    form_key: Path | None = None
    """File of base64 lines, 32 bytes each: the first signs form tokens, every one verifies. For the web process."""

    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)] = ()
    """Networks whose X-Forwarded-For is believed."""

    limit_address: Rate = "1200/minute"
    limit_account: Rate = "600/minute"
    limit_login_address: Rate = "120/minute"
    limit_login_account: Rate = "10/minute"
    limit_register_address: Rate = "30/hour"

    revocation_every: timedelta = timedelta(minutes=5)
    """How often a revocation list is asked for again (conditionally); failures are retried sooner."""
    revocation_timeout: timedelta = timedelta(seconds=60)
    """For one list, from the first byte asked to the last one read; shorter than two minutes."""
    responder_timeout: timedelta = timedelta(seconds=2)
    """For an OCSP answer, which a person waits for."""
    revocation_poll: timedelta = timedelta(seconds=1)
    """How often a web process looks for a newer list in the database."""

    upstream_timeout: timedelta = timedelta(seconds=10)
    gather_timeout: timedelta = timedelta(seconds=2)
    form_lifetime: timedelta = timedelta(hours=24)
    principal_age: timedelta = timedelta(seconds=15)
    workstation_poll: timedelta = timedelta(milliseconds=200)
    workstation_heartbeat: timedelta = timedelta(seconds=15)
    workstation_retention: timedelta = timedelta(days=7)
    upload_bytes: int = Field(default=5 * 1024 * 1024, ge=1024)
    """Largest supporting document that is handed on; the owner has a limit of its own."""
    workstation_streams: int = Field(default=2000, ge=1)
    """Open event streams that one web process serves; the next one is answered 503."""

    def upstream(self, owner: str) -> str:
        return str(getattr(self, f"upstream_{owner}"))

    def rate(self, name: str) -> RateLimitItem:
        return parse(str(getattr(self, f"limit_{name}")))
