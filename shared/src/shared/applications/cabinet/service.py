"""Read the cabinet: only one's own, and with a password alone only what this account filed with its own signature."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import StrongerLoginNeeded
from shared.applications.access_log import record_access
from shared.applications.cabinet import repository
from shared.applications.cabinet.models import Owner
from shared.applications.cursors import Cursor, write_cursor
from shared.applications.evidence import signed_part
from shared.applications.findings import is_secret, open_file
from shared.applications.office import Office
from shared.applications.records import OpenCase, context, open_case
from shared.applications.remedies import remedy
from shared.applications.representation import acting, shown_representative
from shared.applications.results import repository as results
from shared.applications.wording import due_out, local, status_out
from shared.errors import NotFound
from shared.personal import Iin, Person
from shared.procedure import Edition, Task
from shared.procedure.texts import Language
from shared.web import Actor

_ENDED_BY_NOTICE = frozenset({"cancelled-by-provider", "missed"})
_NOTHING: Mapping[str, Any] = {"items": [], "next_cursor": None}


class Cabinet:
    """The use cases of one citizen, in one transaction."""

    def __init__(self, office: Office, session: AsyncSession, actor: Actor, language: Language, now: datetime) -> None:
        self._office = office
        self._session = session
        self._actor = actor
        self._language = language
        self._now = now

    async def _owner(self) -> Owner | None:
        person = await self._office.persons.find(self._session, Iin.parse(self._actor.iin, allow_test=True))
        if person is None:
            return None
        certificate = self._actor.acr == "certificate"
        return Owner(person=person, account=self._actor.account_id, certificate=certificate, now=self._now)

    async def page(self, after: Cursor | None, limit: int) -> Mapping[str, Any]:
        """List applications, the newest first; nobody whom the service does not know has any."""
        if (owner := await self._owner()) is None:
            return _NOTHING
        rows = await repository.page(self._session, owner, after, limit + 1)
        shown = rows[:limit]
        await self._tell_listed(owner, "applications-listed", {row.id: row for row in shown})
        more = write_cursor(self._office, shown[-1].filed_at, shown[-1].id) if len(rows) > limit else None
        return {"items": [self._item(row) for row in shown], "next_cursor": more}

    async def _tell_listed(self, owner: Owner, action: str, shown: Mapping[UUID, Row[Any]]) -> None:
        """Let each patient see that his representative had a list; `shown` is one row by each application in it."""
        others = {id_: row for id_, row in shown.items() if row.patient != owner.person.id}
        patients = {row.patient for row in others.values()}
        persons = await self._office.persons.get_many(self._session, patients) if others else {}
        for id_, row in ((id_, row) for id_, row in others.items() if row.patient in persons):
            person = persons[row.patient]
            acts = person.open_json(context("applications", "content", id_), row.file)["representative"]
            await record_access(self._session, acting(self._actor, acts), action, [(person, id_)], at=self._now)

    def _item(self, row: Row[Any]) -> dict[str, Any]:
        return {
            "id": self._office.public(row.id),
            "number": row.number,
            "region": row.region,
            "service": row.service,
            "provider": row.provider,
            "provider_names": row.names,
            "channel": row.channel,
            "state": row.state,
            "status": status_out(row.status, self._language),
            **due_out(row.due, self._language, row.zone),
            "filed_at": local(row.filed_at, row.zone),
            "changed_at": local(row.changed_at, row.zone),
            "result": row.result,
        }

    async def case(self, application: UUID) -> OpenCase:
        """Open one's own application; raises NotFound for any other, and for one that this login may not see."""
        owner = await self.need_own(application)
        case = await open_case(self._session, self._office, application)
        await self._tell(case, owner)
        return case

    async def need_own(self, application: UUID) -> Owner:
        """Let who may see the application through; raises NotFound for anyone else."""
        owner = await self._owner()
        if owner is None or not await repository.visible(self._session, owner, application):
            raise NotFound
        return owner

    async def _tell(self, case: OpenCase, owner: Owner) -> None:
        """Let a patient see that his representative looked; his own looks leave no record."""
        acts = case.file.representative
        if owner.person.id != case.person.id and acts is not None:
            seen = [(case.person, case.id)]
            await record_access(self._session, acting(self._actor, acts), "application-read", seen, at=self._now)

    async def show(self, application: UUID) -> dict[str, Any]:
        """Show an application whole."""
        case = await self.case(application)
        file, zone = case.file, case.file.provider.zone
        return {
            **file.details,
            "id": self._office.public(file.id),
            "number": file.number,
            "region": file.region,
            "service": file.service,
            "provider": file.provider.bin,
            "provider_names": dict(file.provider.names),
            "channel": str(file.channel),
            "state": file.state,
            "status": status_out(file.status, self._language),
            **due_out(case.due, self._language, zone),
            "filed_at": local(file.filed_at, zone),
            "steps": [self._step(case, task) for task in case.engine.tasks],
            "result": await self._result(case),
            "annulled": await self._annulled(case),
            "notice": await self._refusal(case),
            "patient": {"iin": file.patient_iin, "name": file.name},
            "representative": shown_representative(file.representative),
            "fields": dict(file.fields),
            "documents": case.content.get("documents", []),
        }

    def _step(self, case: OpenCase, task: Task) -> dict[str, Any]:
        step, zone = case.edition.step(task.step), case.file.provider.zone
        return {
            "step": task.step,
            "title": step.title[self._language],
            "performer": task.performer,
            "limit": task.shown.limit if task.shown else None,
            "due_at": local(task.shown.due_at, zone) if task.shown else None,
            "state": str(task.state),
            "completed_at": local(task.closed_at, zone),
        }

    async def _result(self, case: OpenCase) -> dict[str, Any] | None:
        row = await results.current(self._session, case.id)
        if row is None:
            return None
        url = f"{self._office.settings.verify_url}/{row.code}"
        return {"code": row.code, "verify_url": url, "sealed_at": local(row.sealed_at, case.file.provider.zone)}

    async def _annulled(self, case: OpenCase) -> list[dict[str, Any]]:
        """The results that are out of force, the last first; those annulled before reasons were kept have none."""
        return [
            {
                "code": row.code,
                "annulled_at": local(row.annulled_at, case.file.provider.zone),
                "reason": {"code": row.annulled_for["code"], "text": row.annulled_for["title"][self._language]}
                if row.annulled_for
                else None,
            }
            for row in await results.annulled(self._session, case.id)
        ]

    async def _refusal(self, case: OpenCase) -> dict[str, Any] | None:
        ended = case.file.state == "refused" or case.file.status in _ENDED_BY_NOTICE
        row = await repository.refusal(self._session, case.id) if ended else None
        if row is None:
            return None
        content = case.person.open_json(context("notices", "content", row.id), row.content)
        text = content["ground_text"]
        return {
            "number": row.number,
            "process": row.process,
            "condition": content["condition"],
            "text": content["text"][self._language],
            "ground": {"code": content["ground"], "text": text[self._language]} if text else None,
            "note": content["note"],
            "remedy": _remedy(self._office, case.edition, content["ground"]),
        }

    async def history(self, application: UUID) -> dict[str, Any]:
        """Tell what happened; staff are named by their role alone."""
        case = await self.case(application)
        rows = await repository.history(self._session, application)
        return {"items": [self._event(case, row) for row in rows]}

    def _event(self, case: OpenCase, row: Row[Any]) -> dict[str, Any]:
        step = case.edition.step(row.step) if row.step else None
        return {
            "version": row.version,
            "at": local(row.at, case.file.provider.zone),
            "action": row.action,
            "state": row.state,
            "status": status_out(row.status, self._language),
            "process": row.process,
            "step": row.step,
            "title": step.title[self._language] if step else None,
            "performer": row.performer,
            "outcome": row.outcome,
            "ground": row.ground,
            "by": row.actor_kind,
        }

    async def evidence(self, application: UUID) -> dict[str, Any]:
        """Bundle what was signed with what the gateway saw."""
        case = await self.case(application)
        rows = await repository.signed(self._session, application)
        files = await repository.results(self._session, application)
        if is_secret(case.edition):  # what the steps found is told in person; the records of it stay with the provider
            files = [file for file in files if file.published]
            rows = [row for row in rows if row.kind == "application" or (files and row.kind == "result")]
        pdfs = [open_file(case.person, context("results", "content", file.id), file.content) for file in files]
        return {
            "application": self._office.public(case.id),
            "number": case.file.number,
            "items": [_signed(case.person, row, pdfs) for row in rows],
        }

    async def notices(self, after: Cursor | None, limit: int) -> Mapping[str, Any]:
        """List notices, the newest first."""
        if (owner := await self._owner()) is None:
            return _NOTHING
        rows = await repository.notices(self._session, owner, after, limit + 1)
        shown = rows[:limit]
        await self._tell_listed(owner, "notices-listed", {row.application: row for row in shown})
        persons = await self._office.persons.get_many(self._session, [row.patient for row in shown])
        more = write_cursor(self._office, shown[-1].at, shown[-1].id) if len(rows) > limit else None
        return {"items": [self._notice(row, persons[row.patient]) for row in shown], "next_cursor": more}

    def _notice(self, row: Row[Any], person: Person) -> dict[str, Any]:
        content = person.open_json(context("notices", "content", row.id), row.content)
        ground = content["ground_text"]
        return {
            "id": self._office.public(row.id),
            "number": row.number,
            "kind": row.kind,
            "process": row.process,
            "condition": content["condition"],
            "application": {"id": self._office.public(row.application), "number": row.application_number},
            "at": local(row.at, row.zone),
            "text": content["text"][self._language],
            "texts": content["text"],
            "ground": content["ground"],
            "ground_kind": content["ground_kind"],
            "ground_text": ground[self._language] if ground else None,
            "note": content["note"],
            "remedy": _remedy(self._office, self._office.regulations.by_id(row.edition), content["ground"]),
        }

    async def access_log(self, after: Cursor | None, limit: int) -> Mapping[str, Any]:
        """List who looked at one's data; raises StrongerLoginNeeded for a login with a password alone."""
        if self._actor.acr != "certificate":
            raise StrongerLoginNeeded
        if (owner := await self._owner()) is None:
            return _NOTHING
        rows = await repository.access_records(self._session, owner, after, limit + 1)
        shown = rows[:limit]
        more = write_cursor(self._office, shown[-1].at, shown[-1].id) if len(rows) > limit else None
        return {"items": [self._look(row, owner.person) for row in shown], "next_cursor": more}

    def _look(self, row: Row[Any], person: Person) -> dict[str, Any]:
        content = person.open_json(context("access_records", "content", row.id), row.content)
        return {
            "id": self._office.public(row.id),
            "at": local(row.at, row.zone) if row.zone else row.at,
            "provider": row.actor_bin,
            "provider_names": row.names,
            "name": content["name"],
            "roles": row.actor_roles,
            "action": row.action,
            "application": {"id": self._office.public(row.application), "number": row.number} if row.number else None,
        }


def _remedy(office: Office, edition: Edition, ground: str | None) -> dict[str, str] | None:
    found = remedy(office, edition, ground)
    return found.to_json() if found is not None else None


def _signed(person: Person, row: Row[Any], pdfs: Sequence[bytes]) -> dict[str, Any]:
    content = person.open_json(context("signed_documents", "content", row.id), row.content)
    document = content["document"]
    if document is None:  # what the performer signed of a PDF is kept as that PDF
        parts = (signed_part(pdf, row.sha256) for pdf in pdfs)
        document = next((b64encode(part).decode() for part in parts if part is not None), None)
    return {
        "kind": row.kind,
        "document": document,
        "signature": content["signature"],
        "sha256": row.sha256.hex(),
        "received_at": row.received_at,
        "evidence": content["evidence"],
        "revocation": row.revocation,
    }
