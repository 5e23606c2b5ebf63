"""Write down what the engine decided: state, tasks, history and outbox rows, in one statement.

The engine (`shared.procedure.decide`) is pure; this module is the only one that stores its answers. The statement
hangs on one row `app` (the application inserted or updated): where that row does not come, nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from shared.applications.anonymity import is_anonymous, kept_at, recorded_at
from shared.applications.findings import row_due, row_outcome, stored_progress
from shared.applications.office import Office
from shared.applications.rowset import as_rows
from shared.db import new_id
from shared.events.facts import (
    ApplicationAttended,
    ApplicationCancelled,
    ApplicationEvent,
    ApplicationIssued,
    ApplicationMissed,
    ApplicationReady,
    ApplicationRefused,
    ApplicationRegistered,
    ApplicationRescheduled,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ResultAnnulled,
    State,
    StepCompleted,
    StepOpened,
    VisitEnded,
)
from shared.events.tables import outbox
from shared.personal import Person
from shared.procedure import Application, Change, Edition, Task, Transition
from shared.web import Actor

_FACTS: Mapping[str, type[ApplicationEvent]] = {
    "submitted": ApplicationSubmitted,
    "registered": ApplicationRegistered,
    "result-signed": ApplicationReady,
    "issued": ApplicationIssued,
    "refused": ApplicationRefused,
    "withdrawn": ApplicationWithdrawn,
    "cancelled": ApplicationCancelled,
    "attended": ApplicationAttended,
    "missed": ApplicationMissed,
    "rescheduled": ApplicationRescheduled,
    "visit-ended": VisitEnded,
    "result-annulled": ResultAnnulled,
}
_TASK_COLUMNS = """id uuid, provider text, step text, round integer, performer text, state text, opened_at timestamptz,
    due_at timestamptz, due jsonb, shown_at timestamptz, closed_at timestamptz, outcome text, ground text,
    completed_by text, result bytea"""


def _outbox_columns(table: Table, names: Sequence[str]) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return ", ".join(f'"{name}" {table.c[name].type.compile(dialect=dialect)}' for name in names)


@lru_cache(maxsize=8)
def tail(outbox_names: tuple[str, ...]) -> str:
    """Write the parts of the statement that follow `app`, for outbox rows with these columns."""
    names = ", ".join(f'"{name}"' for name in outbox_names)
    chosen = ", ".join(f'x."{name}"' for name in outbox_names)
    return f"""
    opened AS (
        INSERT INTO tasks (id, application, provider, step, round, performer, state, opened_at, due_at, due, shown_at,
                           urgent)
        SELECT x.id, app.id, x.provider, x.step, x.round, x.performer, x.state, x.opened_at, x.due_at, x.due,
               x.shown_at, app.urgent
        FROM app, jsonb_to_recordset(CAST(:opened AS jsonb)) AS x({_TASK_COLUMNS})
    ), moved AS (
        UPDATE tasks t
        SET state = x.state, due_at = x.due_at, due = x.due, shown_at = x.shown_at, closed_at = x.closed_at,
            outcome = x.outcome, ground = x.ground, completed_by = x.completed_by, result = x.result,
            claimed_by = CASE WHEN x.state = 'open' THEN t.claimed_by END,
            claimed_until = CASE WHEN x.state = 'open' THEN t.claimed_until END
        FROM app, jsonb_to_recordset(CAST(:moved AS jsonb)) AS x({_TASK_COLUMNS})
        WHERE t.application = app.id AND t.step = x.step AND t.round = x.round
    ), told AS (
        INSERT INTO history (id, application, version, at, action, state, status, process, step, performer, outcome,
                             ground, actor_kind, actor, recorded_at)
        SELECT x.id, app.id, x.version, x.at, x.action, x.state, x.status, x.process, x.step, x.performer, x.outcome,
               x.ground, x.actor_kind, x.actor, COALESCE(x.recorded_at, now())
        FROM app, jsonb_to_recordset(CAST(:history AS jsonb)) AS x(id uuid, version integer, at timestamptz,
            action text, state text, status text, process integer, step text, performer text, outcome text,
            ground text, actor_kind text, actor text, recorded_at timestamptz)
    ), sent AS (
        INSERT INTO {outbox.name} ({names})
        SELECT {chosen}
        FROM app, jsonb_to_recordset(CAST(:events AS jsonb)) AS x({_outbox_columns(outbox, outbox_names)})
    )"""  # noqa: S608  # names of our own tables and columns only


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The application that a transition belongs to, as events and tasks name it; `version` is the one before."""

    id: UUID
    region: str
    provider: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who did what: for the history, which names staff by account and a citizen not at all."""

    action: str
    at: datetime
    actor: Actor | None = None
    task: UUID | None = None
    step: str | None = None
    performer: str | None = None
    outcome: str | None = None
    ground: str | None = None
    result: bytes | None = None

    @property
    def actor_kind(self) -> str:
        """Say what kind of actor it was; without one it was the system itself."""
        return self.actor.kind if self.actor else "system"

    @property
    def staff(self) -> str | None:
        """Give the account of a staff member; a citizen's own deeds carry none."""
        return self.actor.account_id if self.actor and self.actor.kind == "staff" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A transition as rows: parameters of the statement's tail, and what the application's row becomes."""

    version: int
    state: str
    status: str
    procedure: str
    due_at: datetime | None
    due: str | None
    tail: str
    parameters: Mapping[str, str] = field(repr=False)


def recording(office: Office, subject: Subject, person: Person, transition: Transition, deed: Deed) -> Recording:
    """Turn a transition into rows; under the key of `person`, the patient, the engine's record is sealed if need be."""
    after = transition.application
    state, status = after.state, after.status
    if state is None or status is None:
        raise ValueError("a transition ends in a state")
    changes = transition.changes or (Change(state=state, status=status),)
    version = subject.version + len(changes)
    edition = after.edition
    opened = [_task(new_id(), _place(office, subject, task), edition, task, deed) for task in transition.opened]
    events = _events(office, subject, transition, deed, version=version, opened=opened)
    names = tuple(events[0]) if events else ("id",)
    due = transition.result_due
    return Recording(
        version=version,
        state=str(state),
        status=str(status),
        procedure=_json(stored_progress(person, subject.id, after)),
        due_at=due.due_at if due else None,
        due=_json(due.to_json()) if due else None,
        tail=tail(names),
        parameters={
            "opened": as_rows(opened),
            "moved": as_rows([_task(None, subject.provider, edition, task, deed) for task in _moved(transition)]),
            "history": as_rows(
                [_history(after, deed, subject.version + n, change) for n, change in enumerate(changes, 1)]
            ),
            "events": as_rows(events),
        },
    )


def _moved(transition: Transition) -> tuple[Task, ...]:
    return (*transition.closed, *transition.rested, *transition.resumed)


def _place(office: Office, subject: Subject, task: Task) -> str:
    return office.place(subject.region, task.organisation, subject.provider)


def _task(id_: UUID | None, provider: str, edition: Edition, task: Task, deed: Deed) -> dict[str, Any]:
    due = row_due(edition, task)
    finished = task.step == deed.step and task.closed_at is not None
    return {
        "id": id_,
        "provider": provider,
        "step": task.step,
        "round": task.round,
        "performer": task.performer,
        "state": str(task.state),
        "opened_at": task.opened_at,
        "due_at": due.due_at if due else None,
        "due": due.to_json() if due else None,
        "shown_at": task.shown.due_at if task.shown else None,
        "closed_at": task.closed_at,
        "outcome": row_outcome(edition, task.step, task.outcome),
        "ground": deed.ground if finished else None,
        "completed_by": deed.staff if finished else None,
        "result": deed.result if finished else None,
    }


def _history(engine: Application, deed: Deed, version: int, change: Change) -> dict[str, Any]:
    return {
        "id": new_id(),
        "version": version,
        "at": kept_at(engine, deed.at),
        "recorded_at": recorded_at(engine, deed.at),
        "action": deed.action,
        "state": str(change.state),
        "status": str(change.status),
        "process": change.process,
        "step": deed.step,
        "performer": deed.performer,
        "outcome": row_outcome(engine.edition, deed.step, deed.outcome),
        "ground": deed.ground,
        "actor_kind": deed.actor_kind,
        "actor": deed.staff,
    }


def _events(  # one caller, above
    office: Office,
    subject: Subject,
    transition: Transition,
    deed: Deed,
    *,
    version: int,
    opened: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    now = replace(subject, version=version)
    state = str(transition.application.state)
    events = [told(office, _FACTS[fact], now, state) for fact in transition.facts if fact in _FACTS]
    if "step-completed" in transition.facts and deed.task is not None:
        events.append(told(office, StepCompleted, now, state, deed.task))
    for row in opened:  # told to whoever carries the step out
        events += [told(office, StepOpened, replace(now, provider=row["provider"]), state, row["id"])]
    engine = transition.application
    at, traced = kept_at(engine, deed.at), not is_anonymous(engine)
    return [dict(office.outbox.row(event, topic=office.topic, at=at, traced=traced)) for event in events]


def told(
    office: Office, fact: type[ApplicationEvent], subject: Subject, state: str, task: UUID | None = None
) -> ApplicationEvent:
    """Make the event of a fact; it names the owner alone, so that a topic's reader cannot tell its services apart."""
    return fact(
        application_id=office.public(subject.id),
        provider_bin=subject.provider,
        region=subject.region,
        service=office.service,
        state=cast("State", state),
        aggregate_version=subject.version,
        task_id=office.public(task) if task else None,
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
