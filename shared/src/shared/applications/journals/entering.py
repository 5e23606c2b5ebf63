"""Enter an application in the regulation's journal.

Numbers are gapless per provider, journal, volume and year: the counter's row stays locked until the entering
transaction ends, and a rolled-back one gives its number back. Each owning service keeps its own volume.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.anonymity import is_anonymous, kept_at, recorded_at
from shared.applications.case import FillsJournals
from shared.applications.office import Office
from shared.applications.records import OpenCase, context
from shared.applications.wording import local
from shared.db import new_id
from shared.personal import Iin, salted_digest
from shared.procedure import Journal

_ENTER = text("""
    WITH counted AS (
        INSERT INTO journal_counters (provider, journal, volume, year, last)
        VALUES (:provider, :journal, :volume, CAST(:year AS integer), 1)
        ON CONFLICT (provider, journal, volume, year) DO UPDATE SET last = journal_counters.last + 1
        RETURNING last
    )
    INSERT INTO journal_rows (id, provider, journal, volume, year, number, application, person, at, content, digest,
                              recorded_at)
    SELECT CAST(:id AS uuid), :provider, :journal, :volume, CAST(:year AS integer), last, CAST(:application AS uuid),
           CAST(:person AS uuid), CAST(:at AS timestamptz), CAST(:content AS bytea), CAST(:digest AS bytea),
           COALESCE(CAST(:recorded_at AS timestamptz), now())
    FROM counted
    RETURNING number
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is entered: in which journal, what the step came to, and the time that was given (UTC), if one was."""

    journal: Journal
    data: Mapping[str, Any]
    scheduled_at: datetime | None


async def enter(session: AsyncSession, office: Office, case: OpenCase, entry: Entry, *, at: datetime) -> int:
    """Add a row and give its number."""
    journal = entry.journal
    id_ = new_id()
    place = context("journal_rows", "content", id_)
    values = journal_row(office, case, entry, at=at)
    plain = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    parameters = {
        "provider": case.file.provider.bin,
        "journal": journal.key,
        "volume": office.service,
        "year": at.astimezone(ZoneInfo(case.file.provider.zone)).year,
        "id": id_,
        "application": case.id,
        "person": case.person.id,
        "at": kept_at(case.engine, at),
        "recorded_at": recorded_at(case.engine, at),
        "content": case.person.seal(place, plain),
        "digest": salted_digest(case.person.salt(place), plain),
    }
    number: int = (await session.execute(_ENTER, parameters)).scalar_one()
    return number


def journal_row(office: Office, case: OpenCase, entry: Entry, *, at: datetime) -> dict[str, Any]:
    """Fill the journal's columns: where the regulation's path points, unless the service says otherwise."""
    file = case.file
    known: dict[str, Mapping[str, Any]] = {
        "patient": _patient(case, at),
        "fields": file.fields,
        "outcome": entry.data,
        "application": {
            "number": file.number,
            "filed_at": local(kept_at(case.engine, file.filed_at), file.provider.zone),
            "scheduled_at": local(entry.scheduled_at, file.provider.zone),
            "channel": str(file.channel),
        },
    }
    module = office.module(file.service)
    special = module.journal_values(file, entry.data) if isinstance(module, FillsJournals) else {}
    row = {}
    for column in entry.journal.columns(case.engine.channel, case.engine.variant):
        group, _, name = column.value.partition(".")
        row[column.key] = special[column.key] if column.key in special else known[group].get(name)
    return row


def _patient(case: OpenCase, at: datetime) -> dict[str, Any]:
    """Say of the patient what his certificate (or staff, or the register) and his IIN tell; age in whole years."""
    names = case.content.get("names") or case.content.get("signer", {})
    if is_anonymous(case.engine):
        return {}
    iin = Iin.parse(case.file.patient_iin, allow_test=True)
    today = at.astimezone(ZoneInfo(case.file.provider.zone)).date()
    return {
        "iin": iin.value,
        "full_name": case.file.name,
        "surname": names.get("surname"),
        "given_name": names.get("given_name"),
        "patronymic": names.get("patronymic"),
        "birth_date": iin.birth_date.isoformat() if iin.birth_date else None,
        "age": _age(iin.birth_date, today),
        "sex": iin.sex,
    }


def _age(born: date | None, today: date) -> int | None:
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
