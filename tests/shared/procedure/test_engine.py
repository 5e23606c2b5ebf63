"""The engine's rules, each on the regulation that has it; what holds for all of them stands in the pinned table."""

import datetime as dt
import json

import pytest

from shared.procedure import (
    AlreadyFiled,
    Application,
    ArrivedInFuture,
    Channel,
    ChannelNotOffered,
    CompleteStep,
    File,
    NotFiled,
    NothingToSeal,
    RefuseStep,
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
