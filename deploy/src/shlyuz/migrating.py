"""`shlyuz migrate`: brings every service's database to the newest revision, and makes the topics. Safe to run twice."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from shlyuz.console import Json, answer, err
from shlyuz.databases import backing
from shlyuz.layout import HOME, SERVICES


def command(
    home: Annotated[
        Path, typer.Option(help="Folder of a local region that runs; used when no variable is set.")
    ] = HOME,
    json: Json = False,
) -> None:
    """Bring the databases to the newest revision and make the topics.

    Takes each service's database, as its owner, from `SHLYUZ_OWNER_URL_GATEWAY`, `SHLYUZ_OWNER_URL_AUTH` …, and the
    broker from `SHLYUZ_KAFKA`; where none is set, those of the local region.

    Example: `SHLYUZ_OWNER_URL_BOOKING=postgresql://booking_owner:…@db/booking SHLYUZ_KAFKA=kafka:9092 shlyuz migrate`
    """
    urls, kafka = backing(home)
    done = asyncio.run(everything(urls, kafka, report=err.print))
    if json:
        answer(done)


async def everything(urls: Mapping[str, str], kafka: str | None, *, report: Callable[[str], None]) -> dict[str, object]:
    done: dict[str, object] = {"databases": await databases(urls, report=report)}
    if kafka is not None:
        done["topics"] = await topics(kafka, tuple(urls) or SERVICES)
        report(f"topics: {', '.join(sorted(done['topics']))}")  # type: ignore[call-overload]
    return done


async def databases(owner_urls: Mapping[str, str], *, report: Callable[[str], None]) -> dict[str, str | None]:
    """Migrate each database that is behind, and give the revisions that they stand at."""
    from shared.db.database import Database
    from shared.db.migrations import head, is_current, upgrade

    for service, url in owner_urls.items():
        database = Database(url, application="migrate", pool_size=1)
        try:
            current = await is_current(database, service)
        finally:
            await database.close()
        if not current:
            await upgrade(service, url, app_role=service)
            report(f"{service}: now at {head(service)}")
    return {service: head(service) for service in owner_urls}


async def topics(kafka: str, services: tuple[str, ...] = SERVICES) -> list[str]:
    from shared.events import topics_of
    from shared.events.creating import ensure_topics
    from shared.settings import ServiceSettings

    partitions = ServiceSettings().kafka_partitions
    wanted = {topic: partitions for service in services for topic in topics_of(service)}
    await ensure_topics(kafka, wanted)
    return list(wanted)
