"""The statements of an acceptance: one that looks before, one that writes everything.

The writing statement hangs on the application's row: where the replay key is taken, no row comes and nothing else is
written either. What staff register has no document of the citizen's: then nothing signed is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.case import Provider
from shared.applications.filing.models import Answered, Claim, Earlier, NamedDocument
from shared.applications.providers.repository import read
from shared.applications.transitions import Recording
from shared.personal import Iin, Person, Persons

# The person's key is made here when he is new, as `Persons.ensure` does it, to save a round trip.
_LOOK = text("""
    WITH found AS (
        SELECT id, key_name, wrapped FROM person_keys WHERE lookup = :lookup
    ), made AS (
        INSERT INTO person_keys (id, lookup, key_name, wrapped)
        SELECT CAST(:id AS uuid), CAST(:lookup AS bytea), CAST(:key_name AS text), CAST(:wrapped AS bytea)
        WHERE NOT EXISTS (SELECT FROM found)
        ON CONFLICT (lookup) DO NOTHING
        RETURNING id, key_name, wrapped
    ), person AS (
        SELECT id, key_name, wrapped FROM found UNION ALL SELECT id, key_name, wrapped FROM made
    )
    SELECT person.id AS person, person.key_name, person.wrapped,
           (SELECT to_jsonb(p) FROM providers p WHERE p.bin = :provider) AS provider,
           (SELECT jsonb_agg(jsonb_build_object('id', d.id, 'sha256', encode(d.sha256, 'hex'), 'person', d.person,
                                                'region', d.region, 'service', d.service, 'free', d.application IS NULL,
                                                'uploaded_at', d.uploaded_at))
            FROM documents d WHERE d.id = ANY (CAST(:documents AS uuid[]))) AS documents,
           k.request_digest, k.body AS answer, a.id, a.number, a.receipt, a.patient
    FROM person
    LEFT JOIN applications a ON a.applicant = person.id AND a.document_sha256 = :sha256
    LEFT JOIN answers k ON k.scope = :scope AND k.key = CAST(:key AS text)
""")
_RECEIPT = text("SELECT id, number, receipt, patient FROM applications WHERE id = :id")
_ACCEPT = """
    WITH claimed AS (
        INSERT INTO answers (scope, key, request_digest, status, media_type, body)
        SELECT :scope, CAST(:key AS text), CAST(:request_digest AS bytea), 201, 'application/json',
               CAST(:answer AS bytea)
        WHERE CAST(:key AS text) IS NOT NULL
        ON CONFLICT DO NOTHING
        RETURNING key
    ), app AS (
        INSERT INTO applications (id, number, applicant, patient, region, service, provider, channel, edition, filed_by,
            account, min_acr, state, status, version, procedure, due_at, due, document_sha256, content, details,
            receipt, filed_at, changed_at, urgent, acts_until)
        SELECT CAST(:id AS uuid), CAST(:number_start AS text) || lpad(nextval('application_numbers')::text, 7, '0'),
            CAST(:applicant AS uuid), CAST(:patient AS uuid), :region, :service, :provider, :channel, :edition,
            :filed_by, :account, :min_acr, :state, :status, CAST(:version AS integer), CAST(:procedure AS jsonb),
            CAST(:due_at AS timestamptz), CAST(:due AS jsonb), CAST(:document_sha256 AS bytea), CAST(:content AS bytea),
            CAST(:details AS bytea), CAST(:receipt AS bytea), CAST(:filed_at AS timestamptz), CAST(:now AS timestamptz),
            CAST(:urgent AS boolean), CAST(:acts_until AS date)
        WHERE CAST(:key AS text) IS NULL OR EXISTS (SELECT FROM claimed)
        ON CONFLICT ON CONSTRAINT applications_replay_key DO NOTHING
        RETURNING id, number, urgent
    ), signed AS (
        INSERT INTO signed_documents (id, application, kind, person, sha256, content, revocation, received_at)
        SELECT CAST(:signed_id AS uuid), app.id, 'application', CAST(:patient AS uuid), CAST(:document_sha256 AS bytea),
               CAST(:signed_content AS bytea), CAST(:revocation AS jsonb), CAST(:received_at AS timestamptz)
        FROM app WHERE CAST(:signed_content AS bytea) IS NOT NULL
    ), named AS (
        UPDATE documents d SET application = app.id FROM app
        WHERE d.id = ANY (CAST(:documents AS uuid[])) AND d.application IS NULL
        RETURNING d.id
    ), %s
    SELECT app.number, (SELECT count(*) FROM named) AS named FROM app
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is known before an application is judged."""

    person: Person
    provider: Provider | None
    documents: Sequence[NamedDocument]
    earlier: Earlier | None
    answered: Answered | None


async def look(
    session: AsyncSession,
    persons: Persons,
    applicant: Iin,
    *,
    provider: str,
    documents: Sequence[UUID],
    sha256: bytes | None,
    claim: Claim,
) -> Look:
    """Find or make the applicant, and read the provider, the documents, and what was answered before."""
    parameters = {
        "provider": provider,
        "documents": list(documents),
        "sha256": sha256,
        "scope": claim.scope,
        "key": claim.key,
        **persons.new_row(applicant),
    }
    while (row := (await session.execute(_LOOK, parameters)).one_or_none()) is None:
        continue  # another transaction made this person between our snapshot and our insert: he is there now
    return Look(
        person=persons.person(id=row.person, key_name=row.key_name, wrapped=row.wrapped),
        provider=None if row.provider is None else read(row.provider),
        documents=[NamedDocument.read(document) for document in row.documents or ()],
        earlier=None
        if row.id is None
        else Earlier(id=row.id, number=row.number, receipt=row.receipt, person=row.patient),
        answered=None
        if row.answer is None
        else Answered(digest=row.request_digest, application=UUID(bytes=row.answer)),
    )


async def receipt(session: AsyncSession, application: UUID) -> Earlier:
    """Read the first answer of an application."""
    row = (await session.execute(_RECEIPT, {"id": application})).one()
    return Earlier(id=row.id, number=row.number, receipt=row.receipt, person=row.patient)


async def accept(
    session: AsyncSession, values: Mapping[str, Any], recording: Recording, now: datetime
) -> tuple[str, int] | None:
    """Write the application and all that goes with it; gives its number and how many documents it took.

    Gives None when the same document was accepted in the meantime: then nothing was written.
    """
    parameters = {
        **values,
        **recording.parameters,
        "state": recording.state,
        "status": recording.status,
        "version": recording.version,
        "procedure": recording.procedure,
        "due_at": recording.due_at,
        "due": recording.due,
        "now": now,
    }
    row = (await session.execute(_accepting(recording.tail), parameters)).one_or_none()
    return None if row is None else (row.number, row.named)


@lru_cache(maxsize=8)
def _accepting(tail: str) -> TextClause:
    return text(_ACCEPT % tail)
