"""No route waits for a thread: FastAPI runs plain functions in a pool, which costs more than most of them do."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

PACKAGES = ("gateway", "auth", "attachment", "booking", "shared.applications")


def routes() -> Iterator[APIRoute]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if module.name.endswith(".endpoints"):
                routers = (each for each in vars(importlib.import_module(module.name)).values())
                found = (route for each in routers if isinstance(each, APIRouter) for route in each.routes)
                yield from (route for route in found if isinstance(route, APIRoute))


def calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for each in dependant.dependencies:
        yield from calls(each)


def blocks(call: object) -> bool:
    return inspect.isroutine(call) and not (inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call))


async def coroutine() -> None: ...


class TestRoutes:
    def test_are_found(self) -> None:
        assert len(list(routes())) > 30

    def test_have_no_dependency_that_blocks(self) -> None:
        found = {f"{route.path}: {call}" for route in routes() for call in calls(route.dependant) if blocks(call)}
        assert found == set()

    @pytest.mark.parametrize(("call", "blocking"), [(blocks, True), (coroutine, False), (APIRoute, False)])
    def test_would_be_told_of_one(self, call: object, blocking: bool) -> None:
        assert blocks(call) is blocking
