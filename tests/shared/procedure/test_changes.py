"""What changes an application under way: rescheduling, withdrawing, cancelling."""

import datetime as dt

import pytest

from shared.procedure import (
    AnnulResult,
    AttendanceNotKept,
    AttendanceRecorded,
    Cancel,
    Concluded,
    CutOffPassed,
    Limit,
    MarkSealed,
    NotCancellable,
    NotReschedulable,
    NotWithdrawable,
    RecordAttendance,
    Reissue,
    Reschedule,
    ResultNotIssued,
    State,
    Status,
    TaskState,
    Text,
    TimeNotCome,
    Withdraw,
)

NOON = dt.datetime(2026, 11, 25, 7, tzinfo=dt.UTC)
"""25 November 2026, 12:00 in Almaty: an appointment two days after the walks begin."""


def local(deadline):
    return f"{deadline.due_at + dt.timedelta(hours=5):%m-%d %H:%M}"


class TestRescheduling:
    """Ours throughout: the decrees know no change of time."""

    @pytest.fixture
    def issued(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        course.complete("confirm", "confirmed")
        course.seal()
        return course

    def test_opens_the_performers_step_again_with_its_own_limit(self, issued):
        later = NOON + dt.timedelta(hours=3)
        moved = issued.do(Reschedule(scheduled_at=later), wait=60)
        (task,) = moved.opened
        assert (task.step, task.round, task.due.limit, local(task.due)) == ("confirm", 2, "29 m", "11-23 11:32")
        assert moved.changes[-1].status is Status.TIME_BEING_CHANGED
        assert moved.application.scheduled_at == later
        assert moved.facts == ("rescheduled", "step-opened")

    def test_annuls_the_old_confirmation_when_the_new_one_is_sealed(self, issued):
        moved = issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=3)))
        confirmed, sealed = issued.complete("confirm", "confirmed"), issued.seal()
        assert (moved.annuls, confirmed.annuls, sealed.annuls) == (False, False, True)
        assert sealed.application.state is State.ISSUED
        assert issued.do(Withdraw()).annuls

    def test_replaces_a_step_that_is_still_open(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        moved = course.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=3)))
        assert [(task.round, task.state) for task in (*moved.closed, *moved.opened)] == [
            (1, TaskState.DROPPED),
            (2, TaskState.OPEN),
        ]
        course.complete("confirm", "confirmed")
        assert not course.seal().annuls

    def test_keeps_the_old_time_until_the_performer_gives_a_new_one(self, walk):
        course = walk("akmola", "booking", channel="phone")
        course.file()
        course.complete("give-time", "time-given", scheduled_at=NOON)
        assert course.do(Reschedule()).application.scheduled_at == NOON
        later = NOON + dt.timedelta(days=1)
        assert course.complete("give-time", "time-given", scheduled_at=later).application.scheduled_at == later

    def test_is_refused_after_the_cut_off(self, issued):
        issued.now = NOON - dt.timedelta(hours=2)
        with pytest.raises(CutOffPassed) as refusal:
            issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=3)))
        assert refusal.value.cut_off_at == issued.now

    def test_by_the_provider_is_bound_by_the_time_itself_only(self, issued):
        issued.now = NOON - dt.timedelta(minutes=1)
        moved = issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=3), by_provider=True, ground="doctor-ill"))
        assert (moved.notice.kind, moved.notice.ground) == ("time-changed", "doctor-ill")
        issued.now = NOON + dt.timedelta(hours=3)
        with pytest.raises(CutOffPassed):
            issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=9), by_provider=True))

    def test_needs_a_rule_and_a_time(self, walk):
        for course in (walk("akmola", "attachment"), walk("akmola", "booking")):
            course.file()
            with pytest.raises(NotReschedulable):
                course.do(Reschedule())

    def test_that_is_refused_by_the_performer_ends_the_application_and_its_old_confirmation(self, issued):
        issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=3)))
        refused = issued.refuse("confirm", "doctor-not-receiving")
        assert (refused.annuls, refused.application.state) == (True, State.REFUSED)


class TestWithdrawing:
    """Ours throughout."""

    def test_frees_a_time_until_the_cut_off(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        course.now = NOON - dt.timedelta(hours=2, seconds=1)
        withdrawn = course.do(Withdraw())
        assert (withdrawn.changes[-1].status, withdrawn.facts) == (Status.WITHDRAWN_BY_APPLICANT, ("withdrawn",))
        assert not withdrawn.annuls

    def test_is_too_late_after_the_cut_off(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        course.now = NOON - dt.timedelta(hours=2)
        with pytest.raises(CutOffPassed):
            course.do(Withdraw())

    def test_without_a_time_ends_when_the_result_is_signed(self, walk):
        course = walk("akmola", "attachment")
        course.file()
        course.complete("attach", "attached")
        for _ in range(2):
            with pytest.raises(NotWithdrawable):
                course.do(Withdraw())
            course.application.sealed or course.seal()

    def test_needs_a_rule(self, walk, regulations):
        from dataclasses import replace

        course = walk("akmola", "attachment")
        course.application = replace(course.application, edition=replace(course.application.edition, withdrawals=()))
        course.file()
        with pytest.raises(NotWithdrawable):
            course.do(Withdraw())

    def test_is_the_end(self, walk):
        course = walk("akmola", "attachment")
        course.file()
        course.do(Withdraw())
        for action in (Withdraw(), MarkSealed(), Cancel(ground="doctor-ill"), Reschedule()):
            with pytest.raises(Concluded) as refusal:
                course.do(action)
            assert refusal.value.state is State.WITHDRAWN


class TestCancelling:
    def test_is_the_providers_until_the_time_comes(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        course.complete("confirm", "confirmed")
        course.seal()
        course.now = NOON - dt.timedelta(minutes=1)
        cancelled = course.do(Cancel(ground="doctor-ill"))
        assert (cancelled.changes[-1].status, cancelled.annuls) == (Status.CANCELLED_BY_PROVIDER, True)
        assert cancelled.facts == ("cancelled",)
        assert (cancelled.notice.kind, cancelled.notice.ground) == ("cancellation", "doctor-ill")
        assert "Apply again" in cancelled.notice.text.en
        assert cancelled.notice.ground_text.en == "The doctor has fallen ill"

    def test_of_what_has_been_answered_without_a_time_is_impossible(self, walk):
        course = walk("akmola", "booking", channel="direct")
        course.file()
        course.complete("give-time", "time-given")
        with pytest.raises(NotWithdrawable):
            course.do(Cancel(ground="doctor-ill"))

    @pytest.mark.parametrize(("service", "ground"), [("booking", "no-free-time"), ("attachment", "doctor-ill")])
    def test_needs_a_ground_of_the_providers_list(self, walk, service, ground):
        course = walk("akmola", service)
        course.file()
        with pytest.raises(NotCancellable):
            course.do(Cancel(ground=ground))

    def test_comes_too_late_when_the_time_has_come(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        course.now = NOON
        with pytest.raises(CutOffPassed):
            course.do(Cancel(ground="doctor-ill"))


class TestAttendance:
    """Ours throughout."""

    @pytest.fixture
    def issued(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        course.complete("confirm", "confirmed")
        course.seal()
        course.now = NOON
        return course

    @pytest.mark.parametrize(("attended", "status"), [(True, Status.ATTENDED), (False, Status.MISSED)])
    def test_is_recorded_from_the_time_on(self, issued, attended, status):
        done = issued.do(RecordAttendance(attended=attended))
        assert (done.application.state, done.application.status) == (State.ISSUED, status)
        assert done.facts == (str(status),)
        assert (done.notice is None) == attended, "who did not come is told how to go on"

    def test_is_not_known_before_the_time(self, issued):
        issued.now = NOON - dt.timedelta(seconds=1)
        with pytest.raises(TimeNotCome) as refusal:
            issued.do(RecordAttendance(attended=False))
        assert refusal.value.scheduled_at == NOON

    def test_is_recorded_once(self, issued):
        issued.do(RecordAttendance(attended=True))
        with pytest.raises(AttendanceRecorded):
            issued.do(RecordAttendance(attended=False))

    def test_outlasts_annulment_and_correction(self, issued):
        issued.do(RecordAttendance(attended=True))
        reason = Text(kk="қате", ru="ошибка", en="a mistake")
        for action in (AnnulResult(reason=reason), Reissue(limit=Limit.parse("2 h"))):
            issued.do(action)
            with pytest.raises((AttendanceRecorded, ResultNotIssued)):
                issued.do(RecordAttendance(attended=False))
        issued.complete("confirm", "confirmed")
        issued.seal()
        with pytest.raises(AttendanceRecorded):
            issued.do(RecordAttendance(attended=False))
        assert issued.application.attended is True

    def test_leaves_nothing_to_change(self, issued):
        issued.do(RecordAttendance(attended=True))
        for action in (Withdraw(), Reschedule(by_provider=True, ground="doctor-ill"), Cancel(ground="doctor-ill")):
            with pytest.raises(CutOffPassed):
                issued.do(action)

    def test_needs_a_time_that_was_confirmed(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        course.now = NOON
        with pytest.raises(ResultNotIssued):
            course.do(RecordAttendance(attended=True))

    def test_needs_a_rule(self, walk):
        course = walk("akmola", "attachment")
        course.file()
        with pytest.raises(AttendanceNotKept):
            course.do(RecordAttendance(attended=True))
