"""The worker of an owning service: relay, providers' facts, seals, overdue steps, chains, cleaning."""

from collections.abc import Callable, Sequence

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.app import ModuleMaker, office_resources
from shared.applications.case import ServiceModule
from shared.applications.chaining import Chainer
from shared.applications.office import Office
from shared.applications.providers.repository import keep
from shared.applications.results.sealing import Seals, SealWorker
from shared.applications.settings import ApplicationsSettings
from shared.applications.sweeps import Sweeps
from shared.db.ids import random_ids
from shared.events import PROVIDER_TOPIC, ProviderChanged, Received
from shared.web import Job, Periodic, Platform, create_worker

OwnJobs = Callable[[Platform], Sequence[Job]]


def create(
    service: str,
    settings: ApplicationsSettings,
    modules: Sequence[ServiceModule] = (),
    *,
    made: Sequence[ModuleMaker] = (),
    own_jobs: OwnJobs | None = None,
) -> FastAPI:
    """Make the worker process of an owning service; `own_jobs` adds what the service alone does in the background."""

    def jobs(platform: Platform) -> list[Job]:
        office: Office = platform.resources["office"]
        sealer = SealWorker(office, platform.database, platform.clock, Seals(settings.seals).of)
        sweeps = Sweeps(office, platform.database, platform.clock)
        chainer = Chainer(platform.database, platform.clock, days=settings.random_ids)
        return [
            platform.relay(),
            platform.consumer([PROVIDER_TOPIC], {ProviderChanged: keep_provider}),
            Periodic("seal", settings.seal_every, sealer.run_once),
            Periodic("overdue", settings.overdue_every, sweeps.raise_overdue),
            Periodic("claims", settings.claims_every, sweeps.free_claims),
            Periodic("chain", settings.chain_every, chainer.run_once),
            Periodic("clean", settings.cleanup_every, sweeps.clean),
            *(own_jobs(platform) if own_jobs else ()),
        ]

    if settings.random_ids:
        random_ids.set(True)  # for every job of this process
    return create_worker(
        service=service,
        settings=settings,
        jobs=jobs,
        resources=office_resources(settings, modules, made),
        migrations=service,
    )


async def keep_provider(session: AsyncSession, messages: Sequence[Received[ProviderChanged]]) -> None:
    """Keep what auth-svc told of providers."""
    for message in messages:
        await keep(session, message.event.model_dump(mode="json"))
