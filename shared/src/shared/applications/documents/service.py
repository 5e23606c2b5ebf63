"""Take a supporting document, and give it to whom it belongs or who works on the application that names it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access_log import record_access
from shared.applications.catalogue.service import Catalogue
from shared.applications.documents import repository
from shared.applications.documents.content import ALLOWED, true_type
from shared.applications.office import Office, ServiceNotOffered
from shared.applications.records import context
from shared.applications.tasks.service import Tasks, step_of
from shared.db import new_id
from shared.errors import NotFound, ProblemError
from shared.personal import Iin
from shared.procedure import Channel
from shared.web import Actor, BodyTooLarge, EmptyBody, UnsupportedMediaType


class DocumentNotGenuine(ProblemError):
    """The bytes are not what the media type says, or are damaged."""

    code = "document-not-genuine"
    status = 422


class DocumentsNotTaken(ProblemError):
    """The service takes no documents on this channel."""

    code = "documents-not-taken"
    status = 422


class DocumentsWaiting(ProblemError):
    """Too many uploaded documents of this person wait for an application."""

    code = "documents-waiting"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What came: the announced type, and the bytes."""

    key: str
    media_type: str
    data: bytes


async def upload(session: AsyncSession, office: Office, actor: Actor, given: Upload, now: datetime) -> dict[str, Any]:
    """Check and keep a document. Raises ServiceNotOffered, UnsupportedMediaType, BodyTooLarge and this module's."""
    edition = Catalogue(office, now).edition(given.key)
    rules = edition.channels.get(Channel.PORTAL)
    if rules is None:
        raise ServiceNotOffered
    if rules.documents == 0:
        raise DocumentsNotTaken
    _check(office, given)
    person = await office.persons.ensure(
        session, Iin.parse(actor.iin, allow_test=office.settings.allow_test_identities)
    )
    if await repository.waiting(session, person.id) >= office.settings.unnamed_documents:
        raise DocumentsWaiting
    id_, digest = new_id(), sha256(given.data)
    await repository.keep(
        session,
        id=id_,
        person=person.id,
        uploaded_by=actor.account_id,
        region=edition.region,
        service=edition.service,
        media_type=given.media_type,
        size=len(given.data),
        sha256=digest.digest(),
        content=person.seal(context("documents", "content", id_), given.data),
        now=now,
    )
    return {
        "id": office.public(id_),
        "sha256": digest.hexdigest(),
        "media_type": given.media_type,
        "size": len(given.data),
    }


def _check(office: Office, given: Upload) -> None:
    if given.media_type not in ALLOWED:
        raise UnsupportedMediaType(expected=", ".join(ALLOWED))
    if not given.data:
        raise EmptyBody
    if len(given.data) > office.settings.document_bytes:
        raise BodyTooLarge
    if true_type(given.data) != given.media_type:
        raise DocumentNotGenuine


async def own_document(session: AsyncSession, office: Office, actor: Actor, document: UUID) -> tuple[bytes, str]:
    """Give a citizen his own document back; raises NotFound for another person's."""
    row = await repository.find(session, document)
    person = await office.persons.find(session, Iin.parse(actor.iin, allow_test=True))
    if row is None or person is None or row.person != person.id:
        raise NotFound
    return person.open(context("documents", "content", row.id), row.content), row.media_type


async def document_of_task(
    session: AsyncSession, office: Office, actor: Actor, task: UUID, document: UUID, now: datetime
) -> tuple[bytes, str]:
    """Give staff a document of the application that their task is about, and record that it was seen."""
    tasks = Tasks(office, session, actor, now)
    row, case = await tasks.open(task)
    tasks.need_sight(row, case)
    if step_of(case.edition, row).blind:
        raise NotFound
    found = await repository.find(session, document)
    if found is None or found.application != case.id:
        raise NotFound
    await record_access(session, actor, "document-read", [(case.person, case.id)], at=now)
    owner = await office.persons.get(session, found.person)  # whoever applied: not always the patient
    return owner.open(context("documents", "content", found.id), found.content), found.media_type
