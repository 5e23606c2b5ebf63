"""Until the person is told, a negative and a positive finding look the same to everybody who does not act on them.

Shown for the cabinet, the lists of others, events, statistics, the rows of the database and the statements run.
"""

import json
import re
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

OWN = "900514400019"
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_SIZES = {
    "applications": "length(procedure::text), state, status, due_at, due::text, length(content), length(receipt)",
    "tasks": "step, state, due_at, due::text, shown_at, outcome, length(result), overdue_at",
    "history": "version, action, state, status, step, outcome, ground",
    "drafts": "kind, outcome, length(content)",
    "signed_documents": "kind, length(content)",
    "results": "kind::text, published, state, length(content), length(masked), length(code)",
    "notices": "kind, process, length(content)",
    "samples": "alarm_at, received_at, judged",
    "access_records": "action, actor, length(content)",
    "journal_rows": "number, length(content)",
    "outbox": "type, length(data::text)",
    "answers": "scope, length(body)",
}


@contextmanager
def statements(lab):
    """Count what is run, by its text."""
    seen: Counter[str] = Counter()

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        seen[statement] += 1

    engine = lab.platform.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def look(lab, receipt):
    """Gather what others see, with ids and codes left out."""
    citizen, reception = lab.citizen(OWN), lab.staff("responsible_employee")
    supervisor, operator = lab.staff("supervisor"), lab.staff("journal_keeper")
    path = f"/applications/{receipt['id']}"
    answers = [
        await lab.get(path, citizen), await lab.get("/applications", citizen),
        await lab.get(f"{path}/history", citizen),
        await lab.get(f"{path}/evidence", citizen), await lab.get(f"{path}/result", citizen),
        await lab.get("/notices", citizen), await lab.get("/access-log", citizen), await lab.get("/tasks", reception),
        await lab.get("/tasks", supervisor), await lab.get("/tasks", supervisor, state="done"),
        await lab.get("/journals/applications", operator, year=2026), await lab.get("/statistics", supervisor),
    ]  # fmt: skip
    (task,) = (await lab.get("/tasks", supervisor)).json()["items"]
    answers.append(await lab.get(f"/tasks/{task['id']}", supervisor))
    return [(answer.status_code, _unordered(_ID.sub("id", answer.text))) for answer in answers]


def _unordered(answer):
    """Lay a list's items in an order of their own: those of one second come as their random ids fall."""
    shown = json.loads(answer)
    if isinstance(shown.get("items"), list):
        shown["items"].sort(key=repr)
    return shown


async def rows(lab):
    async with lab.owner.transaction() as session:
        return {
            table: sorted(map(repr, (await session.execute(text(f"SELECT {columns} FROM {table}"))).all()))  # noqa: S608  # ours
            for table, columns in _SIZES.items()
        }


async def walked(lab, finding, until):
    """Go as far as asked, and gather everything that others could compare."""
    with statements(lab) as run:
        receipt = await getattr(lab, until)(finding, applicant={"iin": OWN, "surname": "Сейітова"})
    seen, kept = await look(lab, receipt), await rows(lab)
    lab.later(days=7)
    return {
        "seen": seen,
        "rows": kept,
        "statements": run,
        "overdue": await lab.raise_overdue(),
        "later": await rows(lab),
    }


class TestBeforeHandingOver:
    @pytest.mark.parametrize("until", ["found", "formalised"])
    async def test_both_findings_look_the_same(self, lab, fresh, until):
        negative = await walked(lab, "negative", until)
        await fresh()
        positive = await walked(lab, "positive", until)
        assert negative["overdue"] == positive["overdue"] == 0
        for part in ("statements", "rows", "later", "seen"):
            assert without_codes(negative[part]) == without_codes(positive[part])

    async def test_all_see_twenty_working_days(self, lab):
        """5(5): three or twenty working days from handing in; the longer is what others see."""
        receipt = await lab.formalised("negative", applicant={"iin": OWN, "surname": "Сейітова"})
        shown = (await lab.get(f"/applications/{receipt['id']}", lab.citizen(OWN))).json()
        assert shown["state"] == "in_progress"
        due = datetime.fromisoformat(shown["due_at"])
        assert (due - datetime(2026, 4, 6, tzinfo=UTC)).days >= 28
        assert {step["limit"] for step in shown["steps"][2:]} == {"20 wd"}

    async def test_management_sees_the_finding_and_its_due_time(self, lab):
        await lab.found("negative")
        task = await lab.claim("management")
        assert (task["finding"], task["limit"], task["due_at"][:10]) == ("negative", "3 wd", "2026-04-09")

    async def test_nobody_else_sees_the_finding(self, lab):
        await lab.found("positive")
        task = await lab.claim("management")
        supervisor = lab.staff("supervisor")
        assert (await lab.get(f"/tasks/{task['id']}", supervisor)).json()["code"] == "wrong-role"
        (listed,) = (await lab.get("/tasks", supervisor)).json()["items"]
        assert ("finding" in listed, listed["limit"], listed["patient"]) == (False, "20 wd", None)


def without_codes(part):
    """Leave out what is random in every walk: numbers of applications, codes of tubes, times of the clock's seconds."""
    return re.sub(r"LAB-2026-\d+|[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", "code", repr(part))
