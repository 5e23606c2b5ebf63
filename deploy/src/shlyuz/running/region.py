"""Runs a whole region in this process's care, while the block lasts: the command does it, and tests do."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shlyuz import layout, migrating
from shlyuz.layout import SERVICES
from shlyuz.running.backing import Backing, Launch, kept
from shlyuz.running.home import DOOR, Home, read_json
from shlyuz.running.keys import make_keys
from shlyuz.running.processes import (
    EMBEDDED_BROKER,
    NAMES,
    REGISTERS,
    Surroundings,
    attachment_settings,
    auth_settings,
    programs,
)
from shlyuz.running.supervisor import Supervisor
from shlyuz.state import RegionState

if TYPE_CHECKING:
    from shared.db.provision import Provisioned
    from shared.testing.authority_server import AuthorityServer

AUTHORITIES = {"rsa": "authority", "gost": "authority-gost"}
"""The port's name of each authority, by the kind of its keys."""


@asynccontextmanager
async def running_region(
    home: Path,
    *,
    port: int = 0,
    settings: Mapping[str, str] | None = None,
    kafka: str | None = None,
    quiet: bool = True,
    report: Callable[[str], None] | None = None,
) -> AsyncIterator[RegionState]:
    """Start the region in that folder, made and seeded the first time, and yield it when it is ready.

    `port` is the gateway's, 0 that of the last run or a free one; `settings` are laid over every process's environment.
    `kafka` names a broker (host:port) to use in place of an own one, which then is not part of the region's folder.
    `report` gets sentences for a person; without it they go to stderr, or nowhere when `quiet`.
    Raises HomeInUse, PortTaken, ProgramFailed (PostgreSQL, broker), CrashLoop and SeedRefused.
    """
    place = Home.at(home)
    async with AsyncExitStack() as stack:
        stack.enter_context(place.held())
        say = report or (_silence if quiet else _to_stderr)
        start = Start(home=place, port=port, settings=settings or {}, kafka=kafka, say=say, stack=stack)
        yield await start.region()


@dataclass(kw_only=True)
class Start:
    """One start of a region; what it opens is closed by `stack`, the processes first."""

    home: Home
    port: int
    settings: Mapping[str, str]
    kafka: str | None
    say: Callable[[str], None]
    stack: AsyncExitStack
    backings: list[Backing] = field(default_factory=list)
    state: RegionState | None = None

    async def region(self) -> RegionState:
        self.supervisor = Supervisor(report=self.say, log=self.home.log / "nursery.log", changed=self.publish)
        await self.supervisor.open()  # it imports on one core, while PostgreSQL and the broker start on the other
        self.stack.push_async_callback(self.supervisor.stop)
        ports = self._ports()
        admin_url, kafka = await self._postgres(ports["postgres"]), await self._broker(ports["broker"])
        made = await self._databases(admin_url)
        await migrating.topics(kafka)
        authorities = await self._authorities({kind: ports[name] for kind, name in AUTHORITIES.items()})
        await self._registers(ports[REGISTERS])
        seeded = self.home.path / "seeded"
        if not seeded.exists():
            await self._seed_accounts(made["auth"].url)
        urls = {name: one.url for name, one in made.items()}
        broker = EMBEDDED_BROKER if self.kafka is None else {}
        around = Surroundings(ports=ports, database_urls=urls, kafka=kafka, settings={**broker, **self.settings})
        self.supervisor.start(programs(self.home, around))
        self.stack.push_async_callback(self.supervisor.stop)  # once more, so that it comes before the database's end
        self.state = RegionState(
            url=around.url,
            home=self.home.path,
            pid=os.getpid(),
            processes={},
            ready_ports={name: ports[name] for name in NAMES},
            admin_url=admin_url,
            owner_urls={name: one.owner_url for name, one in made.items()},
            database_urls=urls,
            kafka=kafka,
            trust=self.home.trust,
            authority_url=authorities["rsa"].url,
            authority=authorities["rsa"],
            gost_authority=authorities["gost"],
        )
        self.stack.callback(self.home.state.unlink, missing_ok=True)
        await self.supervisor.ready()
        if not seeded.exists():
            await self._seed_schedules(self.state)
            seeded.touch()
        self.publish()
        return self.state

    def publish(self) -> None:
        """Tell the programs beside us which process is which, whenever one was started anew."""
        if self.state is not None:
            backings = {one.name: one.pid for one in self.backings if one.pid is not None}
            self.state.processes.clear()
            self.state.processes.update(self.supervisor.pids | backings)
            self.home.write_json(self.home.state, self.state.to_json())

    def _ports(self) -> dict[str, int]:
        fixed = {DOOR: self.port} if self.port else {}
        return self.home.ports(
            ("postgres", "broker", REGISTERS, *AUTHORITIES.values(), *NAMES), fixed=fixed, settled=AUTHORITIES.values()
        )

    async def _postgres(self, port: int) -> str:
        from shared.testing.postgres import postgres_server

        return str((await self._kept("postgres", lambda: postgres_server(self.home.postgres, port=port))).admin_url)

    async def _broker(self, port: int) -> str:
        if self.kafka is not None:
            return self.kafka
        from shared.testing.broker import kafka_broker

        return str((await self._kept("broker", lambda: kafka_broker(self.home.broker, port=port))).bootstrap)

    async def _kept(self, name: str, launch: Launch) -> Any:
        backing = await self.stack.enter_async_context(kept(name, launch, report=self.say, changed=self.publish))
        self.backings.append(backing)
        return backing.server

    async def _databases(self, admin_url: str) -> "dict[str, Provisioned]":
        from shared.db.provision import provision

        make_keys(self.home)
        words = self.home.passwords(name for service in SERVICES for name in (service, f"{service}_owner"))
        made = {
            name: await provision(admin_url, name, owner_password=words[f"{name}_owner"], password=words[name])
            for name in SERVICES
        }
        await migrating.databases({name: one.owner_url for name, one in made.items()}, report=self.say)
        return made

    async def _authorities(self, ports: Mapping[str, int]) -> "dict[str, AuthorityServer]":
        from shared.procedure import load
        from shlyuz.running.authority import authorities, served

        urls = {kind: f"http://127.0.0.1:{port}" for kind, port in ports.items()}
        made = authorities(self.home, urls=urls, regulations=load(layout.regulations()))
        return {
            kind: await self.stack.enter_async_context(served(self.home, kind, one, port=ports[kind]))
            for kind, one in made.items()
        }

    async def _registers(self, port: int) -> None:
        """Serve the registers outside the suite, in which nobody is listed."""
        from shared.testing.register_server import RegisterServer

        await self.stack.enter_async_context(RegisterServer(port=port))

    async def _seed_accounts(self, database_url: str) -> None:
        from shlyuz.seeding.seed import seed_accounts

        self.say("the region is new: making providers, staff and their logins")
        await seed_accounts(auth_settings(self.home, database_url), read_json(self.home.cast))

    async def _seed_schedules(self, state: RegionState) -> None:
        from shlyuz.seeding.population import seed_register
        from shlyuz.seeding.seed import seed_schedules

        self.say("entering districts, doctors and their schedules")
        await seed_schedules(state)
        self.say("filling the population register")
        await seed_register(state, attachment_settings(self.home, state.database_urls["attachment"]))


def _silence(_sentence: str) -> None: ...


def _to_stderr(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
