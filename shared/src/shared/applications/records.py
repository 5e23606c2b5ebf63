"""Read a case file from its row and open what is sealed in it.

Nothing opened here may be logged or kept. Contexts of the seals name table, column and row, so that no ciphertext
can be moved to another place unnoticed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.case import CaseFile, Provider
from shared.applications.findings import read_progress
from shared.applications.office import Office
from shared.applications.providers.repository import read
from shared.errors import NotFound
from shared.personal import KeyDestroyed, Person
from shared.procedure import Application, Edition

_LOAD = """
    SELECT a.id, a.number, a.applicant, a.patient, a.region, a.service, a.channel, a.edition, a.filed_by, a.min_acr,
           a.state, a.status, a.version, a.procedure, a.due_at, a.due, a.content, a.details, a.receipt, a.filed_at,
           a.changed_at, to_jsonb(p) AS provider
    FROM applications a JOIN providers p ON p.bin = a.provider
"""
_READ = text(_LOAD + " WHERE a.id = :id")
_LOCK = text(_LOAD + " WHERE a.id = :id FOR UPDATE OF a")
_READ_MANY = text(_LOAD + " WHERE a.id = ANY (CAST(:ids AS uuid[]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case file that was opened for one use: the row, the patient's key, the engine's state, and what was sealed."""

    file: CaseFile
    person: Person
    applicant: UUID
    edition: Edition
    engine: Application
    content: Mapping[str, Any]
    receipt: bytes
    filed_by: str
    min_acr: str
    due_at: datetime | None
    due: Mapping[str, Any] | None

    @property
    def id(self) -> UUID:
        """Give the application's id."""
        return self.file.id


def context(table: str, column: str, row: UUID) -> str:
    """Name the place that a seal is bound to."""
    return f"{table}.{column}:{row.hex}"


async def open_case(session: AsyncSession, office: Office, application: UUID, *, lock: bool = False) -> OpenCase:
    """Load and open an application; with `lock` no other transaction changes it until this one ends.

    Raises NotFound; whether the caller may see it is the caller's to check.
    """
    row = (await session.execute(_LOCK if lock else _READ, {"id": application})).one_or_none()
    if row is None:
        raise NotFound
    try:
        person = await office.persons.get(session, row.patient)
    except KeyDestroyed:
        raise NotFound from None  # what it held can be read by nobody any more
    return opened(office, row, person)


async def open_cases(session: AsyncSession, office: Office, applications: Sequence[UUID]) -> dict[UUID, OpenCase]:
    """Load and open several in two statements; those whose patient's key is destroyed are left out."""
    rows = (await session.execute(_READ_MANY, {"ids": list(applications)})).all()
    persons = await office.persons.get_many(session, [row.patient for row in rows])
    return {row.id: opened(office, row, persons[row.patient]) for row in rows if row.patient in persons}


def opened(office: Office, row: Row[Any], person: Person) -> OpenCase:
    """Open a row that was read with the columns of a case."""
    edition = office.regulations.by_id(row.edition)
    content = person.open_json(context("applications", "content", row.id), row.content)
    provider = read(row.provider)
    engine = Application.from_record(
        read_progress(person, row.id, row.procedure), edition=edition, clock=office.clock(provider)
    )
    file = _file(row, provider, engine, content, _details(person, row))
    return OpenCase(
        file=file,
        person=person,
        applicant=row.applicant,
        edition=edition,
        engine=engine,
        content=content,
        receipt=row.receipt,
        filed_by=row.filed_by,
        min_acr=row.min_acr,
        due_at=row.due_at,
        due=row.due,
    )


def _details(person: Person, row: Row[Any]) -> Mapping[str, Any]:
    if row.details is None:
        return {}
    details: Mapping[str, Any] = person.open_json(context("applications", "details", row.id), row.details)
    return details


def _file(
    row: Row[Any], provider: Provider, engine: Application, content: Mapping[str, Any], details: Mapping[str, Any]
) -> CaseFile:
    return CaseFile(
        id=row.id,
        number=row.number,
        region=row.region,
        service=row.service,
        provider=provider,
        edition=engine.edition,
        channel=row.channel,
        applicant_iin=content["applicant"],
        patient_iin=content["patient"],
        name=content["name"],
        fields={**content["fields"], **details.get("fields", {})},  # what a change of time asked again
        details=details,
        state=row.state,
        status=row.status,
        version=row.version,
        filed_at=row.filed_at,
        variant=engine.variant,
        finding=engine.finding,
        correcting=engine.correcting,
        representative=content.get("representative"),
    )
