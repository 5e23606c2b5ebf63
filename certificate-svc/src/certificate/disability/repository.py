"""The statements of disability. Two constraints refuse what two doctors may not certify at once, whoever is first."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from certificate.disability.models import Spell

_OF = text("""
    SELECT application, person, provider, chain, starts_on, ends_on, decided_by, issued_on FROM disability
    WHERE person = :person AND application <> :but ORDER BY starts_on
""")
_ADD = text("""
    INSERT INTO disability (application, person, provider, chain, starts_on, ends_on, decided_by, issued_on)
    VALUES (:application, :person, :provider, :chain, :starts_on, :ends_on, :decided_by, :issued_on)
    ON CONFLICT DO NOTHING RETURNING application
""")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(CAST(:person AS uuid) AS text), 0))")
_DROP = text("DELETE FROM disability WHERE application = :application")


async def wait_turn(session: AsyncSession, person: UUID) -> None:
    """Let nobody else certify days of the person until this transaction ends: no constraint counts a chain's days."""
    await session.execute(_ONE_AT_A_TIME, {"person": person})


async def of_person(session: AsyncSession, person: UUID, *, but: UUID) -> Sequence[Spell]:
    """List a person's periods in order, without that of an application."""
    rows = (await session.execute(_OF, {"person": person, "but": but})).all()
    return [Spell(**row._mapping) for row in rows]  # noqa: SLF001  # SQLAlchemy's public name for the mapping


async def add(session: AsyncSession, spell: Spell) -> bool:
    """Add a period; False where a constraint refuses it, since somebody else's came first."""
    return (await session.execute(_ADD, asdict(spell))).scalar_one_or_none() is not None


async def drop(session: AsyncSession, application: UUID) -> None:
    """Take an application's period away: it ended, is out of force, or is certified anew."""
    await session.execute(_DROP, {"application": application})
