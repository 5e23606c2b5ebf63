"""The statements of samples and of codes that were refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from lab.samples.models import Sample

_COLUMNS = "application, code, laboratory, alarm_at, received_at, judged"
_OF = text(f"SELECT {_COLUMNS} FROM samples WHERE application = :application")  # noqa: S608  # constants
_MANY = text(f"SELECT {_COLUMNS} FROM samples WHERE application = ANY (CAST(:applications AS uuid[]))")  # noqa: S608  # constants
_BY_CODE = text(f"SELECT {_COLUMNS} FROM samples WHERE code = :code FOR UPDATE")  # noqa: S608  # constants
_ADD = text("""
    INSERT INTO samples (application, code, laboratory, alarm_at)
    VALUES (:application, :code, :laboratory, :alarm_at) ON CONFLICT DO NOTHING RETURNING code
""")
_RECEIVE = text("UPDATE samples SET received_at = :now WHERE code = :code AND received_at IS NULL RETURNING code")
_JUDGE = text("UPDATE samples SET judged = true WHERE application = :application")
_DROP_TIMES = text("""
    UPDATE samples SET alarm_at = NULL, received_at = date_trunc('day', received_at, :zone)
    WHERE application = :application
""")
_ALARMED = text(f"""
    SELECT {_COLUMNS} FROM samples WHERE laboratory = :laboratory AND NOT judged AND alarm_at < :now
    ORDER BY alarm_at, code LIMIT :limit
""")  # noqa: S608  # constants
_REFUSED = text("""
    INSERT INTO sample_refusals (id, code, laboratory, account, at, why)
    VALUES (:id, :code, :laboratory, :account, :at, :why)
""")


async def of(session: AsyncSession, application: UUID) -> Sample | None:
    """Find the sample of a case."""
    row = (await session.execute(_OF, {"application": application})).one_or_none()
    return None if row is None else Sample(**row._mapping)  # noqa: SLF001  # SQLAlchemy's public name


async def many(session: AsyncSession, applications: Sequence[UUID]) -> list[Sample]:
    """Find those of several cases."""
    rows = await session.execute(_MANY, {"applications": list(applications)})
    return [Sample(**row._mapping) for row in rows]  # noqa: SLF001  # as above


async def by_code(session: AsyncSession, code: str) -> Sample | None:
    """Find and lock the sample with a code."""
    row = (await session.execute(_BY_CODE, {"code": code})).one_or_none()
    return None if row is None else Sample(**row._mapping)  # noqa: SLF001  # as above


async def add(session: AsyncSession, sample: Sample) -> bool:
    """Add a sample; False where its code or its case has one."""
    values = {name: getattr(sample, name) for name in ("application", "code", "laboratory", "alarm_at")}
    return (await session.execute(_ADD, values)).one_or_none() is not None


async def receive(session: AsyncSession, code: str, now: datetime) -> bool:
    """Note that it has come; False where it had come before."""
    return (await session.execute(_RECEIVE, {"code": code, "now": now})).one_or_none() is not None


async def judge(session: AsyncSession, application: UUID) -> None:
    """Note that there is a finding; which, is not said."""
    await session.execute(_JUDGE, {"application": application})


async def drop_times(session: AsyncSession, application: UUID, zone: str) -> None:
    """Cut the sample's times to the day."""
    await session.execute(_DROP_TIMES, {"application": application, "zone": zone})


async def alarmed(session: AsyncSession, laboratory: str, now: datetime, limit: int) -> list[Sample]:
    """List samples that should have a finding by now and have none."""
    rows = await session.execute(_ALARMED, {"laboratory": laboratory, "now": now, "limit": limit})
    return [Sample(**row._mapping) for row in rows]  # noqa: SLF001  # as above


async def refused(session: AsyncSession, **values: Any) -> None:
    """Keep that a code was refused: append-only."""
    await session.execute(_REFUSED, {"id": uuid4(), **values})
