"""See tasks, take one on, give it back. A claim keeps others away for half an hour; then another may claim.

Another provider's task does not exist (404); a task of another role is refused (403). Every look at a person's data
leaves an access record in the same transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.anonymity import is_anonymous, kept_at
from shared.applications.case import GuardsSteps, MarksBlindly
from shared.applications.cursors import URGENT, Cursor, write_cursor
from shared.applications.office import Office
from shared.applications.records import OpenCase, context, open_case
from shared.applications.representation import shown_representative
from shared.applications.tasks import repository
from shared.applications.tasks.errors import AssigneeUnfit, TaskClaimed, TaskClosed, TaskNotClaimed
from shared.applications.tasks.looking import seen_before, sees_person
from shared.applications.tasks.models import Assignee, TaskRow
from shared.applications.transitions import Subject, told
from shared.applications.wording import due_out, local
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.events.facts import StepClaimed, StepReleased
from shared.personal import Person
from shared.procedure import Edition, Step, outcome_schema
from shared.procedure.texts import Language
from shared.web import Actor

SUPERVISOR = "supervisor"
_STATES: Mapping[str, str] = {"open": "open", "mine": "open", "resting": "resting", "done": "done"}


class Tasks:
    """The use cases of one staff member, in one transaction."""

    def __init__(self, office: Office, session: AsyncSession, actor: Actor, now: datetime) -> None:
        self._office = office
        self._session = session
        self._actor = actor
        self._now = now

    async def page(
        self, *, role: str | None, state: str, after: Cursor | None, limit: int, language: Language
    ) -> dict[str, Any]:
        """List tasks for the caller's roles, urgent first, then overdue; raises WrongRole for a role he lacks."""
        if state not in _STATES:
            raise InvalidRequest([FieldError(pointer="/state", code="choice")])
        rows = await repository.page(
            self._session,
            provider=self._actor.bin or "",
            performers=self._performers(role),
            state=_STATES[state],
            mine=self._actor.account_id if state == "mine" else None,
            now=self._now,
            after=after,
            limit=limit + 1,
        )
        shown = rows[:limit]
        persons = await self._office.persons.get_many(self._session, [row.patient for row in shown])
        known = [(row, persons[row.patient]) for row in shown if row.patient in persons]
        blind = await self._marks([row for row, _ in known])
        seen = [(person, row.application) for row, person in known if row.application not in blind and self._sees(row)]
        await record_access(self._session, self._actor, "tasks-listed", seen, at=self._now)
        more = self._cursor(shown[-1]) if len(rows) > limit else None
        return {
            "items": [self._item(row, person, blind.get(row.application), language) for row, person in known],
            "next_cursor": more,
        }

    def _cursor(self, last: Row[Any]) -> str:
        return write_cursor(self._office, URGENT if last.urgent else last.due_at, last.id)

    def _performers(self, role: str | None) -> list[str]:
        if role is None:
            return self._all_roles() if SUPERVISOR in self._actor.roles else sorted(self._actor.roles)
        if role not in self._actor.roles and SUPERVISOR not in self._actor.roles:
            raise WrongRole
        return [role]

    def _all_roles(self) -> list[str]:
        return sorted({name for region in self._office.regulations.regions.values() for name in region.performers})

    async def _marks(self, rows: Sequence[Row[Any]]) -> Mapping[UUID, Mapping[str, str]]:
        """Find the marks of those tasks whose performer sees nothing else, by application."""
        found: dict[UUID, Mapping[str, str]] = {}
        for service in {row.service for row in rows}:
            blind = [row.application for row in rows if row.service == service and self._is_blind(row)]
            if blind:
                marks = await marks_of(self._session, self._office, service, blind)
                found |= {application: marks.get(application, {}) for application in blind}
        return found

    def _is_blind(self, row: Row[Any]) -> bool:
        return self._office.regulations.by_id(row.edition).step(row.step).blind

    def _sees(self, row: Row[Any]) -> bool:
        return sees_person(self._office.regulations.by_id(row.edition), row.performer, row.state, self._actor)

    def _item(
        self, row: Row[Any], person: Person, marks: Mapping[str, str] | None, language: Language
    ) -> dict[str, Any]:
        edition = self._office.regulations.by_id(row.edition)
        task = TaskRow(**{name: getattr(row, name) for name in TaskRow.__slots__})
        if marks is not None:
            common = self._common(task, edition, None, language)
            return common | {"region": row.region, "service": row.service, "patient": None, "marks": dict(marks)}
        application = {"id": self._office.public(row.application), "number": row.number}
        common = self._common(task, edition, application, language) | {"region": row.region, "service": row.service}
        if not self._sees(row):
            return common | {"patient": None}
        content = person.open_json(context("applications", "content", row.application), row.content)
        patient = {"iin": content["patient"], "name": content["name"]} if content["patient"] else None
        return common | {"patient": patient}

    def _common(
        self, task: TaskRow, edition: Edition, application: Mapping[str, str] | None, language: Language
    ) -> dict[str, Any]:
        holder = task.claimed(self._now)
        return {
            "id": self._office.public(task.id),
            "application": None if application is None else dict(application),
            "step": task.step,
            "title": step_of(edition, task).title[language],
            "performer": task.performer,
            "state": task.state,
            "urgent": task.urgent,
            "opened_at": task.opened_at,
            "limit": task.due["limit"] if task.due else None,
            "due_at": task.due_at,
            "overdue": task.state == "open" and task.due_at is not None and task.due_at < self._now,
            "claimed_by": holder,
            "claimed_until": task.claimed_until if holder else None,
        }

    async def show(self, task_id: UUID, language: Language, *, action: str = "task-read") -> dict[str, Any]:
        """Show everything that the step needs, and record that it was seen. Raises NotFound, WrongRole, TaskClosed."""
        task, case = await self.open(task_id)
        self.need_sight(task, case)
        await record_access(self._session, self._actor, action, [(case.person, case.id)], at=self._now)
        step = step_of(case.edition, task)
        if step.blind:
            marks = await marks_of(self._session, self._office, case.file.service, [case.id])
            about = self._about_nobody(task, case, marks.get(case.id, {}), language)
        else:
            about = self._about(task, case, language)
            if self._holds(task):
                about |= await seen_before(self._session, self._office, task, case, self._actor, self._now, language)
        return about | self._detail(task, case, step, language)

    def _holds(self, task: TaskRow) -> bool:
        return task.claimed(self._now) == self._actor.account_id and task.performer in self._actor.roles

    def _about(self, task: TaskRow, case: OpenCase, language: Language) -> dict[str, Any]:
        """Say whom the step is about, and what was handed in; the finding to whoever holds the step that follows it."""
        file = case.file
        application = {"id": self._office.public(case.id), "number": file.number}
        return {
            **file.details,
            **self._common(task, case.edition, application, language),
            "patient": {"iin": file.patient_iin, "name": file.name} if file.patient_iin else None,
            "representative": shown_representative(file.representative),
            "fields": dict(file.fields),
            "documents": case.content.get("documents", []),
            **due_out(task.due, language, file.provider.zone),
            **(self._found(task, case, language) if file.finding and self._holds(task) else {}),
        }

    def _found(self, task: TaskRow, case: OpenCase, language: Language) -> dict[str, Any]:
        """Give the finding, and the due time that it makes: both are sealed with the case."""
        own = next((each for each in case.engine.tasks if (each.step, each.round) == (task.step, task.round)), None)
        due = own.due.to_json() if own is not None and own.due is not None else None
        overdue = {"overdue": own.due.due_at < self._now} if own is not None and own.due is not None else {}
        limit = {"limit": due["limit"]} if due else {}
        return {"finding": case.file.finding, **due_out(due, language, case.file.provider.zone), **limit, **overdue}

    def _about_nobody(
        self, task: TaskRow, case: OpenCase, marks: Mapping[str, str], language: Language
    ) -> dict[str, Any]:
        return {
            **self._common(task, case.edition, None, language),
            "patient": None,
            "marks": dict(marks),
            "representative": None,
            "fields": {},
            "documents": [],
            **due_out(task.due, language, case.file.provider.zone),
        }

    def _detail(self, task: TaskRow, case: OpenCase, step: Step, language: Language) -> dict[str, Any]:
        file, channel, variant = case.file, case.engine.channel, case.engine.variant
        return {
            "region": file.region,
            "service": file.service,
            "channel": str(file.channel),
            "signed": step.signed(channel, variant),
            "preconditions": [
                {"require": each.require, "ground": each.ground}
                for each in step.preconditions
                if each.fits(channel, variant)
            ],
            "outcomes": [
                {"key": each.key, "title": each.title[language], "schema": outcome_schema(step, each.key, language)}
                for each in step.outcomes
            ],
            "grounds": []
            if case.engine.correcting
            else [
                {"code": each.code, "kind": each.kind, "text": each.text[language]}
                for each in case.edition.grounds_at(step.key, channel, variant)
            ],
            "opened_at": local(task.opened_at, file.provider.zone),
        }

    async def claim(self, task_id: UUID, language: Language) -> dict[str, Any]:
        """Take the task on for half an hour; claiming one's own again prolongs it. Raises TaskClaimed, TaskClosed."""
        task, case = await self.open(task_id, lock=True)
        self.need_sight(task, case)
        if task.state != "open":
            raise TaskClosed
        if task.claimed(self._now) not in {None, self._actor.account_id}:
            raise TaskClaimed
        if task.claimed_by is not None and task.claimed(self._now) is None:
            await self._tell(StepReleased, task, case)  # its claim ran out, and the sweep has not told it yet
        await self.hold(task, case, self._actor.account_id)
        return await self.show(task_id, language, action="task-claimed")

    async def reassign(self, task_id: UUID, to: Assignee) -> dict[str, Any]:
        """Give the task to a colleague, whoever holds it: a supervisor's deed. Raises WrongRole, AssigneeUnfit."""
        if SUPERVISOR not in self._actor.roles:
            raise WrongRole
        task, case = await self.open(task_id, lock=True)
        if task.state != "open":
            raise TaskClosed
        if to.bin != task.provider or task.performer not in to.roles:
            raise AssigneeUnfit(extra={"performer": task.performer})
        if task.claimed_by not in {None, to.account_id}:
            await self._tell(StepReleased, task, case)
        return await self.hold(task, case, to.account_id)

    async def release(self, task_id: UUID) -> dict[str, Any]:
        """Give the task back; a supervisor may do it for another. Raises TaskNotClaimed."""
        task, case = await self.open(task_id, lock=True)
        holder = task.claimed(self._now)
        if holder is None or (holder != self._actor.account_id and SUPERVISOR not in self._actor.roles):
            raise TaskNotClaimed
        await repository.claim(self._session, task.id, None, None)
        await self._tell(StepReleased, task, case)
        return {"id": self._office.public(task.id), "claimed_by": None, "claimed_until": None}

    async def hold(self, task: TaskRow, case: OpenCase, account: str) -> dict[str, Any]:
        """Keep the task for an account, and tell the workstations.

        Whether it may have it is the caller's to check, and the service's own: raises its problems.
        """
        module = self._office.module(case.file.service)
        if isinstance(module, GuardsSteps):
            await module.may_hold(self._session, case.file, task.step, account)
        until = self._now + self._office.settings.claim
        await repository.claim(self._session, task.id, account, until)
        await self._tell(StepClaimed, task, case)
        return {"id": self._office.public(task.id), "claimed_by": account, "claimed_until": until}

    async def _tell(self, fact: type[StepClaimed | StepReleased], task: TaskRow, case: OpenCase) -> None:
        subject = Subject(
            id=case.id,
            region=case.file.region,
            provider=task.provider,
            version=case.file.version,
        )
        event = told(self._office, fact, subject, case.file.state, task.id)
        at, traced = kept_at(case.engine, self._now), not is_anonymous(case.engine)
        await self._office.outbox.publish(self._session, event, topic=self._office.topic, at=at, traced=traced)

    async def open(self, task_id: UUID, *, lock: bool = False) -> tuple[TaskRow, OpenCase]:
        """Open a task of the caller's provider with its case; raises NotFound. Locks the case first, then the task."""
        task = await repository.find(self._session, task_id)
        if task is None or task.provider != self._actor.bin:
            raise NotFound
        case = await open_case(self._session, self._office, task.application, lock=lock)
        if lock and (task := await repository.find(self._session, task_id, lock=True)) is None:
            raise NotFound
        return task, case

    def need_role(self, task: TaskRow) -> None:
        """Let the step's performer through, and supervisors, who may look; raises WrongRole."""
        if task.performer not in self._actor.roles and SUPERVISOR not in self._actor.roles:
            raise WrongRole

    def need_sight(self, task: TaskRow, case: OpenCase) -> None:
        """Let through who may see whom the task is about; raises WrongRole, or TaskClosed when it was his."""
        self.need_role(task)
        if not sees_person(case.edition, task.performer, task.state, self._actor):
            raise TaskClosed if task.performer in self._actor.roles else WrongRole

    def need_claim(self, task: TaskRow) -> None:
        """Let only who holds the task and has the step's role carry it out."""
        if task.performer not in self._actor.roles:
            raise WrongRole
        if task.state != "open":
            raise TaskClosed
        if task.claimed(self._now) != self._actor.account_id:
            raise TaskNotClaimed


async def marks_of(
    session: AsyncSession, office: Office, service: str, applications: Sequence[UUID]
) -> Mapping[UUID, Mapping[str, str]]:
    """Ask the service for the marks by which performers of blind steps know these applications."""
    module = office.module(service)
    return await module.marks(session, applications) if isinstance(module, MarksBlindly) else {}


def step_of(edition: Edition, task: TaskRow) -> Step:
    """Find the step of a task in its edition, which is kept for life."""
    return edition.step(task.step)
