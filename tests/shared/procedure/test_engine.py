"""The engine's rules, each on the regulation that has it; what holds for all of them stands in the pinned table."""

import datetime as dt
import json

import pytest

from shared.procedure import (
    AlreadyFiled,
    Application,
    ArrivedInFuture,
    Cancel,
    Channel,
    ChannelNotOffered,
    CompleteStep,
    Concluded,
    CutOffPassed,
    File,
    MarkSealed,
    NotFiled,
    NothingToSeal,
    NotReschedulable,
    NotWithdrawable,
    RefuseStep,
    Reschedule,
    ResultNotSealed,
    State,
    Status,
    StepAlreadyCompleted,
    StepOutOfOrder,
    TaskState,
    UnknownGround,
    UnknownOutcome,
    UnknownStep,
    VariantNotOffered,
    Withdraw,
    WrongPerformer,
    describe,
    signing,
    status_text,
)

NOON = dt.datetime(2026, 11, 25, 7, tzinfo=dt.UTC)
"""25 November 2026, 12:00 in Almaty: an appointment two days after the walks begin."""


def local(deadline):
    return f"{deadline.due_at + dt.timedelta(hours=5):%m-%d %H:%M}"


class TestFiling:
    def test_registers_at_acceptance_where_the_decree_has_no_process_for_it(self, walk):
        """Zhambyl booking 11."""
        filed = walk("zhambyl", "booking").file(scheduled_at=NOON)
        assert [(change.state, change.status, change.process) for change in filed.changes] == [
            (State.SUBMITTED, Status.RECEIVED, None),
            (State.REGISTERED, Status.REGISTERED, None),
        ]
        assert filed.facts == ("submitted", "registered", "step-opened")
        assert filed.application.scheduled_at == NOON

    def test_registers_with_process_6_before_the_check(self, walk):
        """Zhambyl attachment 11(9)."""
        filed = walk("zhambyl", "attachment").file()
        assert [change.process for change in filed.changes] == [None, 6]

    def test_registers_with_process_6_after_the_check(self, walk):
        """Akmola 8(9), 8(10)."""
        course = walk("akmola", "booking")
        filed = course.file()
        given = course.complete("give-time", "time-given", scheduled_at=NOON)
        assert [change.state for change in filed.changes] == [State.SUBMITTED]
        assert [(change.state, change.process) for change in given.changes] == [
            (State.REGISTERED, 6),
            (State.READY, None),
        ]

    def test_starts_the_clock_of_a_visitor_when_he_came(self, walk):
        course = walk("akmola", "booking", channel="phone")
        arrived = course.now - dt.timedelta(minutes=4)
        (task,) = course.file(arrived_at=arrived).opened
        assert (task.opened_at, task.starts_at, local(task.due)) == (course.now, arrived, "11-23 10:01")

    def test_starts_the_clock_of_the_portal_at_acceptance_whatever_is_said(self, walk):
        course = walk("akmola", "booking")
        (task,) = course.file(arrived_at=course.now - dt.timedelta(days=1)).opened
        assert task.starts_at == course.now

    def test_refuses_a_visitor_from_the_future(self, walk):
        course = walk("akmola", "booking", channel="direct")
        with pytest.raises(ArrivedInFuture):
            course.file(arrived_at=course.now + dt.timedelta(seconds=1))

    def test_refuses_a_channel_that_the_decree_does_not_give(self, walk):
        with pytest.raises(ChannelNotOffered) as refusal:
            walk("akmola", "attachment", channel="phone").file()
        assert refusal.value.channel == "phone"

    @pytest.mark.parametrize(
        ("service", "region", "variant"), [("booking", "akmola", "home-visit"), ("hiv-test", "zhambyl", None)]
    )
    def test_refuses_a_variant_unknown_or_not_chosen(self, walk, region, service, variant):
        with pytest.raises(VariantNotOffered):
            walk(region, service, channel="direct", variant=variant).file()

    def test_happens_once(self, walk):
        course = walk("akmola", "booking")
        course.file()
        with pytest.raises(AlreadyFiled):
            course.file()

    def test_comes_before_everything_else(self, walk):
        with pytest.raises(NotFiled):
            walk("akmola", "booking").do(Withdraw())

    def test_tells_when_the_result_may_be_expected(self, walk):
        """The limits of all steps, one after the other; those from handing in stand for themselves."""
        expected = {
            ("zhambyl", "tb-certificate"): ("11-23 11:00", "20 m + 20 m + 20 m"),
            ("zhambyl", "attachment"): ("11-24 18:00", "1 wd"),
            ("akmola", "booking"): ("11-23 10:05", "5 m"),
        }
        for (region, service), (due, limit) in expected.items():
            result_due = walk(region, service, channel="direct").file().result_due
            assert (local(result_due), result_due.limit) == (due, limit)

    def test_tells_how_the_expected_date_came_about(self, walk):
        filed = walk("zhambyl", "narco-certificate", channel="direct").file()
        assert "Step: Examine, sign and stamp." in describe(filed.result_due.trace, "en", "Asia/Almaty")


class TestAStep:
    def test_belongs_to_its_performer(self, walk):
        course = walk("akmola", "booking")
        course.file()
        with pytest.raises(WrongPerformer) as refusal:
            course.do(CompleteStep(step="give-time", outcome="time-given", by=frozenset({"registry"})))
        assert (refusal.value.step, refusal.value.performer) == ("give-time", "dispatcher")

    def test_waits_for_its_turn(self, walk):
        course = walk("zhambyl", "attachment")
        course.file()
        with pytest.raises(StepOutOfOrder):
            course.complete("issue", "issued")

    def test_is_completed_once(self, walk):
        course = walk("zhambyl", "attachment")
        course.file()
        course.complete("check", "checked")
        with pytest.raises(StepAlreadyCompleted):
            course.complete("check", "checked")

    def test_of_another_channel_is_unknown(self, walk):
        course = walk("zhambyl", "booking")
        course.file()
        with pytest.raises(UnknownStep):
            course.complete("record", "time-given")

    def test_of_another_regulation_is_unknown(self, walk):
        course = walk("zhambyl", "booking")
        course.file()
        with pytest.raises(UnknownStep):
            course.do(CompleteStep(step="give-time", outcome="time-given", by=frozenset({"dispatcher"})))

    def test_ends_in_its_own_ways_only(self, walk):
        course = walk("zhambyl", "booking")
        course.file()
        with pytest.raises(UnknownOutcome) as refusal:
            course.complete("confirm", "rejected")
        assert (refusal.value.step, refusal.value.outcome) == ("confirm", "rejected")

    def test_is_refused_on_a_ground_of_its_own_list(self, walk):
        course = walk("zhambyl", "booking")
        course.file()
        for ground in ("not-in-register", "signature-not-confirmed", "bad-mood"):
            with pytest.raises(UnknownGround) as refusal:
                course.refuse("confirm", ground)
            assert (refusal.value.step, refusal.value.ground) == ("confirm", ground)

    def test_after_another_starts_its_clock_when_that_is_completed(self, walk):
        course = walk("zhambyl", "attachment")
        course.file()
        transition = course.complete("check", "checked", wait=7)
        assert [task.opened_at for task in transition.opened] == [course.now]
        assert [task.closed_at for task in transition.closed] == [course.now]


class TestTheResult:
    def test_on_the_portal_is_signed_then_sealed_then_issued(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        confirmed = course.complete("confirm", "confirmed")
        assert (confirmed.prepares.form, confirmed.seals) == ("appointment-confirmation", True)
        assert confirmed.changes[-1].state is State.READY
        sealed = course.seal()
        assert (sealed.changes[-1].state, sealed.changes[-1].process) == (State.ISSUED, 7)
        assert (sealed.notice.kind, sealed.notice.process) == ("result", 7)
        assert sealed.facts == ("result-sealed", "issued")
        assert not sealed.annuls

    def test_at_the_counter_is_told_and_the_journal_row_is_all_that_stays(self, walk):
        course = walk("akmola", "booking", channel="direct")
        course.file()
        given = course.complete("give-time", "time-given", scheduled_at=NOON)
        assert (given.prepares, given.seals, given.journal.key) == (None, False, "appointments")
        assert (given.changes[-1].state, given.changes[-1].status) == (State.ISSUED, Status.ANSWERED_ORALLY)
        assert given.application.scheduled_at == NOON

    def test_is_sealed_once_and_not_before_it_is_signed(self, walk):
        course = walk("zhambyl", "booking")
        course.file()
        with pytest.raises(NothingToSeal):
            course.seal()
        course.complete("confirm", "confirmed")
        course.seal()
        with pytest.raises(NothingToSeal):
            course.seal()

    def test_enters_the_columns_of_its_variant_in_the_journal(self, walk):
        """An anonymous test leaves the date alone (ours)."""
        for variant, columns in (("anonymous", 1), ("confidential", 7)):
            course = walk("zhambyl", "hiv-test", channel="direct", variant=variant)
            course.file()
            journal = course.complete("receive", "sent").journal
            assert len(journal.columns(Channel.DIRECT, variant)) == columns


class TestSigning:
    def test_puts_the_last_performers_signature_into_the_result(self, walk):
        """The performer's own key on every step of a paper service is ours."""
        course = walk("zhambyl", "tb-certificate", channel="direct")
        course.file()
        kinds = []
        for step, outcome in (("register", "entered"), ("check-pictures", "pictures-checked"), ("approve", "approved")):
            kinds.append((course.signs(step, outcome).kind, course.signs(step, outcome).roles))
            course.complete(step, outcome)
        staff, heads = "1.2.398.3.3.4.1.2.{}", ("1.2.398.3.3.4.1.2.1", "1.2.398.3.3.4.1.2.2")
        assert kinds == [
            ("record", tuple(staff.format(role) for role in (1, 2, 5))),
            ("record", tuple(staff.format(role) for role in (1, 2, 5))),
            ("result", heads),
        ]
        assert len([task for task in course.application.tasks if task.state is TaskState.DONE]) == 3

    def test_of_a_refusal_is_a_record_where_the_step_is_signed(self, walk):
        course = walk("zhambyl", "booking")
        course.file()
        by = frozenset({"responsible_employee"})
        assert signing(course.application, RefuseStep(step="confirm", ground="grounds-not-met", by=by)).kind == "record"

    def test_is_not_asked_where_the_answer_is_oral(self, walk):
        course = walk("akmola", "booking", channel="phone")
        course.file()
        assert course.signs("give-time", "time-given").kind == "none"

    def test_of_a_referral_is_a_record(self, walk):
        course = walk("zhambyl", "psych-certificate", channel="direct")
        course.file()
        course.complete("register", "entered")
        assert course.signs("examine", "sent-to-commission").kind == "record"

    def test_of_the_hiv_result_is_managements_and_handing_over_signs_a_record(self, walk):
        """Zhambyl HIV 5(4), 5(5)."""
        course = walk("zhambyl", "hiv-test", channel="direct", variant="confidential")
        course.file()
        for step, outcome in (("receive", "sent"), ("draw-blood", "sample-taken"), ("find", "negative")):
            course.complete(step, outcome)
        asked = course.signs("formalise", "formalised")
        assert (asked.kind, asked.result.form) == ("result", "hiv-certificate")
        course.complete("formalise", "formalised")
        course.seal()
        assert course.signs("hand-over", "handed-over").kind == "record"


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
        issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=3), by_provider=True))
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
        for action in (Withdraw(), MarkSealed(), Cancel(), Reschedule()):
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
        cancelled = course.do(Cancel())
        assert (cancelled.changes[-1].status, cancelled.annuls) == (Status.CANCELLED_BY_PROVIDER, True)
        assert cancelled.facts == ("cancelled",)

    def test_of_what_has_been_answered_without_a_time_is_impossible(self, walk):
        course = walk("akmola", "booking", channel="direct")
        course.file()
        course.complete("give-time", "time-given")
        with pytest.raises(NotWithdrawable):
            course.do(Cancel())


class TestTheRecord:
    def test_carries_an_application_through_storage(self, walk):
        course = walk("zhambyl", "psych-certificate", channel="direct")
        course.file()
        course.complete("register", "entered")
        course.complete("examine", "sent-to-commission")
        record = json.loads(json.dumps(course.application.to_record()))
        restored = Application.from_record(record, edition=course.application.edition, clock=course.application.clock)
        assert restored == course.application
        assert record["edition"] == "zhambyl.psych-certificate@2025-01-01"

    def test_of_another_shape_is_refused(self, walk, clock):
        course = walk("akmola", "booking")
        with pytest.raises(ValueError, match="channel"):
            Application.from_record({"progress": {}}, edition=course.application.edition, clock=clock)

    def test_holds_no_clock_of_anyone(self, walk):
        course = walk("akmola", "booking")
        course.file()
        assert "clock" not in json.dumps(course.application.to_record())


class TestAnotherOrganisation:
    def test_works_by_its_own_clock(self, walk, clock, six_days):
        """A laboratory that is open on Saturday has its limit counted so."""
        edition = walk("zhambyl", "hiv-test", channel="direct", variant="anonymous").application.edition
        course = walk("zhambyl", "hiv-test", channel="direct", variant="anonymous", start="2026-11-19 10:00")
        course.application = Application.new(
            edition=edition,
            channel=Channel.DIRECT,
            variant="anonymous",
            clock=clock,
            clocks={"regional-aids-centre": six_days},
        )
        course.file()
        course.complete("receive", "sent")
        course.complete("draw-blood", "sample-taken")
        (find,) = course.complete("find", "negative").closed
        assert (local(find.due), local(course.open_task.due)) == ("11-23 18:00", "11-24 18:00")


class TestAStatus:
    @pytest.mark.parametrize("status", list(Status))
    def test_can_be_said_in_every_language(self, status):
        assert all(status_text(status).to_json().values())


class TestFilingActions:
    def test_default_to_now(self, walk):
        course = walk("akmola", "home-call", channel="direct")
        (task,) = course.do(File()).opened
        assert task.starts_at == course.now
