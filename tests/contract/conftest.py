"""The document of the public API against the API itself, with someone of each kind logged in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from shlyuz.demo import programme
from shlyuz.demo.walks import Walk
from shlyuz.demo.world import World

API = Path(__file__).parents[2] / "docs" / "api"


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where the gateway is, who may ask, and ids that exist: by the name of the path's parameter."""

    url: str
    tokens: dict[str, str]
    known: dict[str, list[str]]


@pytest.fixture(scope="package")
async def world(whole_region, tmp_path_factory) -> AsyncIterator[World]:
    async with httpx.AsyncClient(base_url=whole_region.url, timeout=60, trust_env=False) as http:
        yield World(http=http, people=whole_region.people, folder=tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="package")
def walk_of(world):
    """A walk: for booking that of the region's third citizen, whom no other test knows."""

    def walk(region: str, service: str = "booking", variant: str | None = None) -> Walk:
        citizen = world.citizens(region)[2 if service == "booking" else 0]
        channel, *_ = programme.SERVICES[service][region].grounds
        return programme.walk_of(world, region, service, citizen, lambda _: None, channel=channel, variant=variant)

    return walk


@pytest.fixture(scope="package")
async def door(whole_region, world, walk_of) -> Door:
    """One application issued and one open, so that requests also meet something that exists."""
    walk = walk_of("akmola")
    report = await walk.succeed()
    portal = await walk._enter()
    at = world.provider("akmola")["bin"]
    open_ = await walk._apply(portal, at)
    issued = next(each for each in (await portal.api.get("/applications"))["items"] if each["state"] == "issued")
    performer = await world.at_work(at, "dispatcher")
    task = await performer.task_of(open_["id"])
    shown = await portal.api.get(f"/applications/{open_['id']}")
    doctors = (await portal.api.get(f"/providers/{at}/doctors"))["items"]
    tokens = {"citizen": portal.api.token, "performer": performer.api.token}
    for role in ("administrator", "journal_keeper"):
        workstation = world.workstation(at, role)
        await workstation.log_in()
        tokens[role] = workstation.api.token
    known = {
        "application_id": [issued["id"], open_["id"]],
        "document_id": [each["id"] for each in shown["documents"]],
        "task_id": [task["id"]],
        "bin": [at],
        "doctor": [each["id"] for each in doctors],
        "service": ["akmola.booking", "zhambyl.booking"],
        "journal": ["appointments"],
        "purpose": ["registration", "withdrawal"],
        "code": [report.verify_url.rpartition("/")[2], "slot-taken"],
    }
    return Door(url=whole_region.url, tokens=tokens, known=known)
