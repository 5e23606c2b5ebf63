"""Compose the gateway's web process: one door, everything behind it asked over HTTP or read from the own database."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from gateway import openapi
from gateway.applications import endpoints as applications
from gateway.applications.service import Filing
from gateway.cabinet import endpoints as cabinet
from gateway.cabinet.service import Cabinet
from gateway.catalogue import endpoints as catalogue
from gateway.catalogue.service import Catalogue
from gateway.changing import endpoints as changing
from gateway.condition1 import endpoints as condition1
from gateway.condition1.service import Condition1
from gateway.condition2.responders import open_responders
from gateway.condition2.service import Condition2
from gateway.entrance import Entrance
from gateway.evidence import endpoints as evidence
from gateway.evidence.service import Evidence
from gateway.explanations import endpoints as explanations
from gateway.forms.tokens import FormTokens, read_keys
from gateway.gathering import Gathering
from gateway.journals import endpoints as journals
from gateway.limits.limiting import Limits
from gateway.notices.service import Notices
from gateway.revocation.loading import Loader
from gateway.revocation.sources import Sources
from gateway.routing import endpoints as routing
from gateway.sessions.keys import AccessKeys
from gateway.sessions.principals import Principals
from gateway.sessions.tokens import AccessTokens
from gateway.settings import Settings
from gateway.statistics import endpoints as statistics
from gateway.statistics.service import Statistics
from gateway.tasks import endpoints as tasks
from gateway.tasks.service import Tasks
from gateway.upstreams import PREFIX, open_upstreams
from gateway.verification import endpoints as verification
from gateway.workstation import endpoints as workstation
from gateway.workstation.service import Hub, Streams
from shared.pki.revocation import RevocationIndex
from shared.pki.trust import Trust
from shared.pki.verifier import Verifier
from shared.web import Job, Platform, create_app

SERVICE = "gateway"
Resource = Callable[[Platform], AbstractAsyncContextManager[Any]]


def create(settings: Settings) -> FastAPI:
    return _compose(settings, _resources(settings))


def public_app() -> FastAPI:
    """Make the application without what it stands on, for its document alone."""
    return _compose(Settings.model_construct(), {})


def _compose(settings: Settings, resources: Mapping[str, Resource]) -> FastAPI:
    app = create_app(
        service=SERVICE,
        title="Shlyuz",
        settings=settings,
        routers=routers(),
        resources=resources,
        jobs=_jobs,
        migrations=SERVICE,
        guarded=False,
        body_limits={f"{PREFIX}/documents": settings.upload_bytes + 1},
    )
    openapi.install(app)
    return app


def routers() -> list[APIRouter]:
    """In order: the hot path first, and the table last, since /services/{service}/form is not handed on."""
    return [
        applications.router,
        changing.router,
        condition1.router,
        catalogue.router,
        cabinet.router,
        evidence.router,
        tasks.router,
        journals.router,
        verification.router,
        statistics.router,
        workstation.router,
        routing.make_router(),
        condition1.well_known,
        explanations.router,
    ]


def _resources(settings: Settings) -> Mapping[str, Resource]:
    """In order: each may use those before it. The composition root is the only place that knows them all."""
    trust = Trust.load(settings.trust, production=settings.production)
    index = RevocationIndex()
    return {
        "upstreams": open_upstreams,
        "entrance": _ready(_entrance),
        "form_tokens": _ready(lambda platform: _form_tokens(platform.settings)),
        "gathering": _ready(
            lambda platform: Gathering(platform.resources["upstreams"], within=settings.gather_timeout)
        ),
        "catalogue": _ready(
            lambda platform: Catalogue(platform.resources["upstreams"], within=settings.gather_timeout)
        ),
        "notices": _ready(_notices),
        "sources": _ready(lambda platform: Sources(platform.database)),
        "condition2": lambda platform: _condition2(platform, Verifier(trust, index)),
        "condition1": _ready(_condition1),
        "filing": _ready(_filing),
        "evidence": _ready(lambda platform: Evidence(platform.resources["upstreams"], platform.resources["sources"])),
        "cabinet": _ready(lambda platform: Cabinet(platform.resources["gathering"], platform.resources["notices"])),
        "tasks": _ready(_tasks),
        "statistics": _ready(
            lambda platform: Statistics(platform.resources["upstreams"], platform.resources["gathering"])
        ),
        "hub": _ready(_hub),
        "streams": _ready(_streams),
        "revocation": _ready(lambda platform: _loader(platform, trust, index)),
    }


def _jobs(platform: Platform) -> list[Job]:
    return [platform.resources["hub"], platform.resources["revocation"]]


def _ready(make: Callable[[Platform], Any]) -> Resource:
    @asynccontextmanager
    async def opened(platform: Platform) -> AsyncIterator[Any]:
        yield make(platform)

    return opened


def _entrance(platform: Platform) -> Entrance:
    auth = platform.resources["upstreams"].auth
    return Entrance(
        tokens=AccessTokens(AccessKeys(auth)),
        principals=Principals(auth, age=platform.settings.principal_age),
        limits=Limits.of(platform.settings),
        trusted_proxies=platform.settings.trusted_proxies,
    )


def _form_tokens(settings: Settings) -> FormTokens:
    if settings.form_key is None:
        raise RuntimeError("SHLYUZ_FORM_KEY is not set")
    return FormTokens(read_keys(settings.form_key), lifetime=settings.form_lifetime)


def _notices(platform: Platform) -> Notices:
    return Notices(platform.database, platform.need_persons(), allow_test=platform.settings.allow_test_identities)


@asynccontextmanager
async def _condition2(platform: Platform, verifier: Verifier) -> AsyncIterator[Condition2]:
    async with open_responders(within=platform.settings.responder_timeout) as responders:
        found = platform.resources
        yield Condition2(verifier, responders, found["sources"], found["notices"])


def _condition1(platform: Platform) -> Condition1:
    found = platform.resources
    return Condition1(found["upstreams"], found["condition2"], found["form_tokens"])


def _filing(platform: Platform) -> Filing:
    found = platform.resources
    return Filing(found["catalogue"], found["form_tokens"], found["condition2"])


def _tasks(platform: Platform) -> Tasks:
    found = platform.resources
    return Tasks(found["upstreams"], found["gathering"], found["condition2"])


def _hub(platform: Platform) -> Hub:
    settings = platform.settings
    return Hub(platform.database, poll=settings.workstation_poll, most=settings.workstation_streams)


def _streams(platform: Platform) -> Streams:
    return Streams(
        platform.database,
        platform.resources["hub"],
        retention=platform.settings.workstation_retention,
        heartbeat=platform.settings.workstation_heartbeat,
    )


def _loader(platform: Platform, trust: Trust, index: RevocationIndex) -> Loader:
    return Loader(platform.database, platform.clock, trust, index, poll=platform.settings.revocation_poll)
