"""One factory for the applications of all services: resources, routes, problems, health."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.db import migrations as db_migrations
from shared.settings import ServiceSettings
from shared.web import health
from shared.web.dependencies import ALLOWED
from shared.web.edge import Edge
from shared.web.jobs import Job, running
from shared.web.platform import Platform, open_platform
from shared.web.problems import PROBLEM_SCHEMA, install

MAX_BODY = 1024 * 1024
Resource = Callable[[Platform], AbstractAsyncContextManager[Any]]
Jobs = Callable[[Platform], Sequence[Job]]


class UnguardedRoute(RuntimeError):
    """A route of an owning service does not list its callers."""


def create_app(  # noqa: PLR0913  # keyword-only, and all but two have a default
    *,
    service: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter] = (),
    resources: Mapping[str, Resource] | None = None,
    checks: Mapping[str, Callable[[Platform], health.Check]] | None = None,
    migrations: str | None = None,
    guarded: bool = True,
    max_body: int = MAX_BODY,
    body_limits: Mapping[str, int] | None = None,
    title: str | None = None,
    jobs: Jobs | None = None,
    documented: bool = False,
) -> FastAPI:
    """Make a service's application.

    `resources` are opened in order at start, after the platform, and closed in reverse. `migrations` names the package
    whose newest revision the database must have before the process is ready. With `guarded`, a route without
    `allow(…)` raises `UnguardedRoute` here. `max_body` and `body_limits` (by exact path) are bytes. `documented`
    serves `/openapi.json`.
    """
    found: dict[str, health.Check] = {}
    app = FastAPI(
        title=title or service,
        openapi_url="/openapi.json" if documented else None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(service, settings, dict(resources or {}), dict(checks or {}), migrations, jobs, found),
    )
    install(app)
    app.add_middleware(Edge, service=service, max_body=max_body, limits=dict(body_limits or {}))
    for router in routers:
        app.include_router(router)
    if guarded and (open_routes := unguarded_routes(app)):
        raise UnguardedRoute(", ".join(open_routes))
    app.include_router(health.router(found))
    _describe_problems(app)
    return app


def create_worker(
    *,
    service: str,
    settings: ServiceSettings,
    jobs: Jobs,
    resources: Mapping[str, Resource] | None = None,
    checks: Mapping[str, Callable[[Platform], health.Check]] | None = None,
    migrations: str | None = None,
) -> FastAPI:
    """Make a service's worker: jobs that run beside health and metrics; ready when all its jobs are."""
    return create_app(
        service=service, settings=settings, resources=resources, checks=checks, migrations=migrations, jobs=jobs,
        title=f"{service} worker",
    )  # fmt: skip


def _lifespan(
    service: str,
    settings: ServiceSettings,
    resources: Mapping[str, Resource],
    checks: Mapping[str, Callable[[Platform], health.Check]],
    migrations: str | None,
    jobs: Jobs | None,
    found: dict[str, health.Check],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            platform = await stack.enter_async_context(open_platform(service, settings))
            for name, make in resources.items():
                platform.resources[name] = await stack.enter_async_context(make(platform))
            app.state.platform = platform
            found["database"] = _database_check(platform, migrations)
            found.update({name: make(platform) for name, make in checks.items()})
            work = list(jobs(platform)) if jobs is not None else []
            found.update({f"job:{job.name}": _job_check(job) for job in work})
            await stack.enter_async_context(running(work))
            yield

    return lifespan


def _database_check(platform: Platform, package: str | None) -> health.Check:
    async def check() -> None:
        await platform.database.ping()
        platform.clock.now()
        if package is not None and not await db_migrations.is_current(platform.database, package):
            raise health.NotReady(f"the database of {package} does not have the newest migration")

    return check


def _job_check(job: Job) -> health.Check:
    async def check() -> None:
        if not job.ready:
            raise health.NotReady(job.name)

    return check


def unguarded_routes(app: FastAPI) -> list[str]:
    """Name the routes that do not list their callers."""
    return [
        f"{','.join(sorted(context.methods or ()))} {context.path}"
        for context in iter_route_contexts(app.routes)
        if context.path != app.openapi_url and not _guarded(getattr(context, "dependant", None))
    ]


def _guarded(dependant: Dependant | None) -> bool:
    if dependant is None:
        return False
    return hasattr(dependant.call, ALLOWED) or any(_guarded(inner) for inner in dependant.dependencies)


def _describe_problems(app: FastAPI) -> None:
    original = app.openapi

    def openapi() -> dict[str, Any]:
        schema = original()
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = dict(PROBLEM_SCHEMA)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to add to the document
