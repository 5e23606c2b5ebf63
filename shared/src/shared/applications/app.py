"""The application of an owning service, and its worker: the same for booking, attachment, certificate and lab."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.applications.asking import remote_register
from shared.applications.cabinet import endpoints as cabinet
from shared.applications.case import ServiceModule
from shared.applications.catalogue import endpoints as catalogue
from shared.applications.changing import endpoints as changing
from shared.applications.documents import endpoints as documents
from shared.applications.filing import endpoints as filing
from shared.applications.journals import endpoints as journals
from shared.applications.office import Means, Office, by_service
from shared.applications.providers import endpoints as providers
from shared.applications.register import PopulationRegister
from shared.applications.registering import endpoints as registering
from shared.applications.results import endpoints as results
from shared.applications.settings import ApplicationsSettings
from shared.applications.statistics import endpoints as statistics
from shared.applications.tasks import endpoints as tasks
from shared.db.ids import random_ids
from shared.procedure import load
from shared.results import QrKeys
from shared.web import Platform, Resource, create_app

_ROUTERS: Sequence[APIRouter] = (
    catalogue.router, providers.router, filing.router, registering.router, changing.router, cabinet.router,
    documents.router, tasks.router, journals.router, results.router, statistics.router,
)  # fmt: skip

ModuleMaker = Callable[[Means], ServiceModule]
RegisterMaker = Callable[[Platform], AbstractAsyncContextManager[PopulationRegister]]


def create(
    service: str,
    settings: ApplicationsSettings,
    modules: Sequence[ServiceModule] = (),
    *,
    made: Sequence[ModuleMaker] = (),
    routers: Sequence[APIRouter] = (),
    register: RegisterMaker = remote_register,
) -> FastAPI:
    """Make the web process of an owning service; without modules its catalogue is empty.

    `made` are modules too, made at the start; `routers` are what the service offers besides the case file: the routes
    of no one of its modules, or of one that is made. `register` makes what asks the population register.

    The migrations are those of the package named `service`. Raises RuntimeError when SHLYUZ_REGULATIONS is not set (or,
    in production, SHLYUZ_QR_KEY),
    RegulationsInvalid with every fault when the law cannot be carried out.
    """
    if settings.production and settings.qr_key is None:  # a worker prints nothing, so it needs none
        raise RuntimeError("SHLYUZ_QR_KEY is not set")
    own = [router for module in modules for router in module.routers()]
    app = create_app(
        service=service,
        settings=settings,
        routers=[*_ROUTERS, *own, *routers],
        resources=office_resources(settings, modules, made, register),
        migrations=service,
        body_limits={"/documents": settings.document_bytes},
    )
    if settings.random_ids:
        app.add_middleware(RandomIds)
    return app


class RandomIds:
    """Let a request make ids that tell no time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it so."""
        random_ids.set(True)
        await self._app(scope, receive, send)


def office_resources(
    settings: ApplicationsSettings,
    modules: Sequence[ServiceModule],
    made: Sequence[ModuleMaker] = (),
    register: RegisterMaker = remote_register,
) -> Mapping[str, Resource]:
    """Give the resource that the routes and jobs of a case file need; the law is read now, so its faults end it."""
    if settings.regulations is None:
        raise RuntimeError("SHLYUZ_REGULATIONS is not set")
    regulations, qr = load(settings.regulations), _qr_keys(settings)

    @asynccontextmanager
    async def office(platform: Platform) -> AsyncIterator[Office]:
        means = Means(
            persons=platform.need_persons(),
            outbox=platform.outbox,
            regulations=regulations,
            organisations=settings.organisations,
        )
        async with register(platform) as asked:
            yield Office(
                service=platform.service,
                settings=settings,
                regulations=regulations,
                modules=by_service([*modules, *(make(means) for make in made)]),
                persons=means.persons,
                outbox=means.outbox,
                register=asked,
                qr=qr,
            )

    return {"office": office}


def _qr_keys(settings: ApplicationsSettings) -> QrKeys | None:
    return QrKeys.read(settings.qr_key.read_bytes()) if settings.qr_key else None
