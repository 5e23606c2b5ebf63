"""The services behind the gateway: which one an id belongs to, and a client for each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from gateway.settings import Settings
from shared.applications.office import PREFIXES
from shared.errors import NotFound
from shared.web import Platform
from shared.web.client import ServiceClient

PREFIX = "/api/v1"
"""Of the public API; the owners answer the same paths without it."""
AUTH = "auth"
OWNERS = ("booking", "attachment", "certificate", "lab")
"""The services that own applications; the catalogue, the cabinet and the task list are gathered over them."""

_BY_PREFIX: Mapping[str, str] = {prefix: owner for owner, prefix in PREFIXES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstreams:
    clients: Mapping[str, ServiceClient]

    def __getitem__(self, name: str) -> ServiceClient:
        return self.clients[name]

    @property
    def auth(self) -> ServiceClient:
        return self.clients[AUTH]

    def owner_of(self, public_id: str) -> ServiceClient:
        """Find the owner by the id's prefix; an id of nobody is answered as one that is not there."""
        owner = _BY_PREFIX.get(public_id.partition("-")[0])
        if owner is None:
            raise NotFound
        return self.clients[owner]


@asynccontextmanager
async def open_upstreams(platform: Platform) -> AsyncIterator[Upstreams]:
    settings: Settings = platform.settings
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(_client(name, settings, platform)) for name in (AUTH, *OWNERS)}
        yield Upstreams(clients=clients)


def _client(name: str, settings: Settings, platform: Platform) -> ServiceClient:
    return platform.client(name, settings.upstream(name), timeout=settings.upstream_timeout)
