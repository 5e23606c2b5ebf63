"""What only some services have: the commission, the home visit, the two findings of the HIV test."""

import datetime as dt

import pytest

from shared.procedure import (
    Application,
    ResultNotSealed,
    State,
    Status,
    StepAlreadyCompleted,
    StepOutOfOrder,
    TaskState,
    Withdraw,
)

NOON = dt.datetime(2026, 11, 25, 7, tzinfo=dt.UTC)
"""25 November 2026, 12:00 in Almaty: an appointment two days after the walks begin."""


def local(deadline):
    return f"{deadline.due_at + dt.timedelta(hours=5):%m-%d %H:%M}"


class TestTheCommissionExamination:
    """Zhambyl psych-certificate 5(2); the way back and the resting clock are ours."""

    @pytest.fixture
    def course(self, walk):
        course = walk("zhambyl", "psych-certificate", channel="direct")
        course.file()
        course.complete("register", "entered")
        return course

    def test_opens_at_another_organisation_while_the_psychiatrists_clock_rests(self, course):
        sent = course.complete("examine", "sent-to-commission", wait=30)
        assert [(task.step, task.organisation, task.due) for task in sent.opened] == [
            ("commission", "regional-psychiatric-dispensary", None)
        ]
        assert [(task.step, task.state, task.rested_at) for task in sent.rested] == [
            ("examine", TaskState.RESTING, course.now)
        ]
        assert sent.changes[-1].status is Status.EXAMINED_ELSEWHERE
        assert sent.result_due is None
        assert sent.closed == ()

    def test_comes_back_to_the_psychiatrist_with_the_time_that_he_had_left(self, course):
        course.complete("examine", "sent-to-commission", wait=30)
        back = course.complete("commission", "rejected", wait=3 * 24 * 60)
        (task,) = back.resumed
        assert (task.step, task.state, task.rested_at) == ("examine", TaskState.OPEN, None)
        assert course.now.isoformat() == "2026-11-26T05:33:00+00:00"
        assert local(task.due) == "11-26 12:03"
        assert back.changes[-1].status is Status.BEING_CARRIED_OUT
        assert back.facts == ("step-completed", "step-opened")

    def test_leaves_no_step_open_to_the_psychiatrist_meanwhile(self, course):
        course.complete("examine", "sent-to-commission")
        with pytest.raises(StepOutOfOrder):
            course.complete("examine", "examined")

    def test_is_asked_for_once(self, course):
        course.complete("examine", "sent-to-commission")
        course.complete("commission", "confirmed")
        with pytest.raises(StepAlreadyCompleted) as refusal:
            course.complete("examine", "sent-to-commission")
        assert refusal.value.step == "commission"

    def test_is_dropped_with_the_application(self, course):
        course.complete("examine", "sent-to-commission")
        withdrawn = course.do(Withdraw())
        assert {(task.step, task.state) for task in withdrawn.closed} == {
            ("examine", TaskState.DROPPED),
            ("commission", TaskState.DROPPED),
        }


class TestTheHomeVisit:
    def test_gives_the_doctor_until_the_end_of_the_working_day(self, walk):
        """Akmola phc-certificate 7(2)."""
        course = walk("akmola", "phc-certificate", channel="direct", variant="home-visit", start="2026-11-23 16:50")
        course.file()
        (task,) = course.complete("register", "entered").opened
        assert (local(task.due), task.due.limit) == ("11-23 18:00", "1 wd")


class TestTheFinding:
    """Zhambyl HIV 5(3)-5(5): 3 working days for a negative finding, 20 for a positive one, from handing in."""

    @pytest.fixture
    def course(self, walk):
        course = walk("zhambyl", "hiv-test", channel="direct", variant="confidential")
        course.file()
        course.complete("receive", "sent")
        course.complete("draw-blood", "sample-taken", wait=24 * 60)
        return course

    def test_is_awaited_for_20_working_days_and_the_laboratory_alarmed_at_3(self, course):
        (task,) = course.last.opened
        assert (local(task.due), local(task.shown), local(task.alarm)) == ("12-22 18:00", "12-22 18:00", "11-26 18:00")
        assert task.organisation == "regional-aids-centre"

    @pytest.mark.parametrize(("finding", "due"), [("negative", "11-26 18:00"), ("positive", "12-22 18:00")])
    def test_settles_the_due_times_of_this_step_and_those_after_it(self, course, finding, due):
        found = course.complete("find", finding)
        assert [local(task.due) for task in (*found.closed, *found.opened)] == [due, due]
        assert [task.alarm for task in (*found.closed, *found.opened)] == [None, None]

    def test_is_not_given_away_by_what_others_see(self, course):
        record = course.application.to_record()
        views = {}
        for finding in ("negative", "positive"):
            branch = type(course).__new__(type(course))
            branch.application = Application.from_record(
                record, edition=course.application.edition, clock=course.application.clock
            )
            branch.now, branch.transitions = course.now, []
            steps = [branch.complete("find", finding), branch.complete("formalise", "formalised"), branch.seal()]
            views[finding] = [
                (step.changes, step.facts, step.result_due, [task.shown for task in step.opened]) for step in steps
            ]
        assert views["negative"] == views["positive"]
        assert local(views["positive"][1][2]) == "12-22 18:00"

    def test_decides_the_document(self, course):
        """Clause 3 knows a certificate of a negative finding only; the sheet is ours."""
        course.complete("find", "positive")
        result = course.complete("formalise", "formalised").prepares
        assert (result.form, result.published) == ("hiv-hand-over-sheet", False)

    def test_is_handed_over_only_under_seal(self, course):
        course.complete("find", "negative")
        course.complete("formalise", "formalised")
        assert course.application.state is State.IN_PROGRESS
        with pytest.raises(ResultNotSealed):
            course.complete("hand-over", "handed-over")
        course.seal()
        handed = course.complete("hand-over", "handed-over")
        assert (handed.changes[-1].state, handed.changes[-1].status) == (State.ISSUED, Status.HANDED_OVER)
