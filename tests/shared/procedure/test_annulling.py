"""Annulling a result and issuing it anew: ours throughout, the decrees know neither."""

import datetime as dt

import pytest

from shared.procedure import (
    AnnulResult,
    Limit,
    NothingToAnnul,
    NotReissuable,
    NotWithdrawable,
    RegulationsInvalid,
    Reissue,
    Reschedule,
    ResultBeingCorrected,
    State,
    Status,
    TaskState,
    Text,
    Withdraw,
    load,
)

NOON = dt.datetime(2026, 11, 25, 7, tzinfo=dt.UTC)
MISTAKE = Text(kk="қате", ru="ошибка", en="a mistake")
ANNUL, REISSUE = AnnulResult(reason=MISTAKE), Reissue(limit=Limit.parse("2 h"))


@pytest.fixture
def issued(walk):
    course = walk("zhambyl", "booking")
    course.file(scheduled_at=NOON)
    course.complete("confirm", "confirmed")
    course.seal()
    return course


class TestAnnulling:
    def test_ends_the_force_of_the_result_and_tells_the_citizen_why(self, issued):
        annulled = issued.do(ANNUL)
        assert (annulled.annuls, annulled.application.state) == (True, State.ISSUED)
        assert annulled.changes[-1].status is Status.RESULT_ANNULLED
        assert annulled.notice.kind == "annulment"
        assert annulled.notice.text.ru.endswith(": ошибка")
        assert annulled.facts == ("result-annulled",)
        assert (annulled.opened, annulled.closed, annulled.journal) == ((), (), None)

    def test_happens_once(self, issued):
        issued.do(ANNUL)
        with pytest.raises(NothingToAnnul):
            issued.do(ANNUL)

    def test_needs_a_sealed_result(self, walk):
        course = walk("zhambyl", "booking")
        course.file(scheduled_at=NOON)
        with pytest.raises(NothingToAnnul):
            course.do(ANNUL)
        course.complete("confirm", "confirmed")
        with pytest.raises(NothingToAnnul):
            course.do(ANNUL)

    def test_finds_nothing_where_the_answer_was_oral(self, walk):
        course = walk("akmola", "booking", channel="phone")
        course.file()
        course.complete("give-time", "time-given", scheduled_at=NOON)
        with pytest.raises(NothingToAnnul):
            course.do(ANNUL)

    def test_leaves_the_time_to_whoever_may_change_it(self, issued):
        issued.do(ANNUL)
        assert issued.do(Withdraw()).application.state is State.WITHDRAWN

    def test_disturbs_no_change_of_time_that_is_under_way(self, issued):
        issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=1)))
        annulled = issued.do(ANNUL)
        assert (annulled.annuls, annulled.application.status) == (True, Status.TIME_BEING_CHANGED)
        assert issued.open_task.round == 2
        with pytest.raises(NotReissuable):
            issued.do(REISSUE)
        issued.complete("confirm", "confirmed")
        assert not issued.seal().annuls

    def test_stops_the_handing_over(self, walk):
        course = walk("zhambyl", "hiv-test", channel="direct", variant="confidential")
        course.file()
        while not course.application.signed:
            step = course.open_task.step
            outcome = next(one.key for one in course.application.edition.step(step).outcomes if not one.opens)
            course.complete(step, outcome)
        course.seal()
        annulled = course.do(ANNUL)
        assert [task.state for task in annulled.closed] == [TaskState.DROPPED]
        assert course.application.status is Status.RESULT_ANNULLED
        with pytest.raises(NotWithdrawable):
            course.do(Withdraw())


class TestReissuing:
    def test_opens_the_signing_step_in_a_new_round_with_the_limit_given(self, issued):
        issued.do(ANNUL)
        opened = issued.do(REISSUE, wait=60)
        (task,) = opened.opened
        assert (task.step, task.round, task.due.limit) == ("confirm", 2, "2 h")
        assert task.due.due_at == issued.now + dt.timedelta(hours=3)  # the hour of rest at noon lies between
        assert opened.changes[-1].status is Status.RESULT_BEING_CORRECTED

    def test_ends_in_a_result_that_can_be_annulled_too(self, issued):
        issued.do(ANNUL)
        issued.do(REISSUE)
        signed = issued.complete("confirm", "confirmed")
        sealed = issued.seal()
        assert (signed.journal is not None, sealed.annuls, sealed.application.state) == (True, False, State.ISSUED)
        assert issued.do(ANNUL).annuls

    @pytest.mark.parametrize("before", [(), (ANNUL, REISSUE)])
    def test_follows_an_annulment_once(self, issued, before):
        for action in before:
            issued.do(action)
        with pytest.raises(NotReissuable):
            issued.do(REISSUE)

    def test_is_not_needed_after_a_change_of_time(self, issued):
        issued.do(ANNUL)
        issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=1)))
        with pytest.raises(NotReissuable):
            issued.do(REISSUE)

    def test_is_neither_refused_nor_withdrawn(self, issued):
        issued.do(ANNUL)
        issued.do(REISSUE)
        ground = issued.application.edition.grounds_at("confirm", issued.application.channel)[0]
        with pytest.raises(ResultBeingCorrected):
            issued.refuse("confirm", ground.code)
        with pytest.raises(ResultBeingCorrected):
            issued.do(Withdraw())
        issued.complete("confirm", "confirmed")
        with pytest.raises(ResultBeingCorrected):
            issued.do(Withdraw())
        issued.seal()
        assert issued.do(Withdraw()).application.state is State.WITHDRAWN

    def test_gives_way_to_a_change_of_time_which_may_be_refused(self, issued):
        issued.do(ANNUL)
        issued.do(REISSUE)
        issued.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=1)))
        ground = issued.application.edition.grounds_at("confirm", issued.application.channel)[0]
        assert issued.refuse("confirm", ground.code).application.state is State.REFUSED

    def test_is_remembered_with_the_application(self, issued):
        issued.do(ANNUL)
        application = issued.application
        record = application.to_record()
        read = type(application).from_record(record, edition=application.edition, clock=application.clock)
        assert read.annulled is True
        issued.do(REISSUE)
        record = issued.application.to_record()
        assert type(application).from_record(record, edition=application.edition, clock=application.clock).correcting


class TestTheFile:
    def test_lets_the_signer_and_the_supervisor_annul(self, regulations):
        law = regulations.annulment
        assert law.allows({"dispatcher"}, "dispatcher")
        assert law.allows({"supervisor"}, "dispatcher")
        assert not law.allows({"journal_keeper"}, "dispatcher")
        assert law.reason("error-in-document").source == "ours"
        assert law.reason("whim") is None

    def test_may_be_missing(self, folder):
        assert load(folder).annulment is None

    def test_is_checked_with_the_rest(self, folder):
        (folder / "annulment.toml").write_text('limit = "soon"\n')
        with pytest.raises(RegulationsInvalid, match=r"annulment\.toml: limit"):
            load(folder)
