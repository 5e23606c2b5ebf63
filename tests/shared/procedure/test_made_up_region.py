"""A region and a service that no decree knows, described by TOML alone, carried out by the same engine."""

import datetime as dt
from pathlib import Path

import pytest

from shared.procedure import (
    CompleteStep,
    Reschedule,
    State,
    Status,
    Withdraw,
    form_schema,
    load,
)
from shared.procedure.docs import page
from shared.testing.third_region import PERFORMER, REGION, SERVICES, STEP, with_third_region

NOON = dt.datetime(2026, 11, 25, 7, tzinfo=dt.UTC)
TREE = Path(__file__).parents[3]
SOURCE = TREE / "shared" / "src" / "shared" / "procedure"
REGULATIONS = TREE / "shared" / "regulations"
END = {State.ISSUED, State.REFUSED, State.WITHDRAWN}


@pytest.fixture
def begin(whole, walk):
    """Begin a walk in the made-up region, with the ordinary provider's clock."""
    regulations = load(whole)
    ordinary = walk("akmola", "booking")

    def start(channel, variant=None):
        edition = regulations.edition("kokaral", "vaccination", dt.date(2026, 11, 23))
        return type(ordinary)(edition, ordinary.application.clock, channel=channel, variant=variant)

    return start


class TestAMadeUpRegion:
    def test_runs_on_the_portal_with_processes_and_limits_of_its_own(self, begin):
        course = begin("portal")
        filed = course.file(scheduled_at=NOON)
        assert [change.state for change in filed.changes] == [State.SUBMITTED]
        checked = course.complete("check", "fit")
        assert [change.state for change in checked.changes] == [State.REGISTERED, State.IN_PROGRESS]
        (confirm,) = checked.opened
        assert (confirm.performer, confirm.due, checked.result_due) == ("head_nurse", None, None)
        confirmed = course.complete("confirm", "confirmed")
        assert (confirmed.prepares.form, confirmed.journal.key) == ("vaccination-passport", "vaccinations")
        assert course.seal().notice.process == 11

    def test_has_a_variant_with_another_limit(self, begin):
        limits = {variant: begin("direct", variant).file().opened[0].due.limit for variant in (None, "urgent")}
        assert limits == {None: "2 wd", "urgent": "10 m"}

    def test_sends_aside_with_a_limit_and_counts_the_working_days_of_rest(self, begin):
        course = begin("direct")
        course.file()
        sent = course.complete("check", "doubt")
        assert [(task.step, task.due.limit, task.organisation) for task in sent.opened] == [
            ("allergy-test", "1 wd", "allergy-centre")
        ]
        back = course.complete("allergy-test", "tested", wait=2 * 24 * 60)
        assert f"{back.resumed[0].due.due_at:%m-%d %H:%M}" == "11-27 13:00"

    def test_refuses_with_its_own_process(self, begin):
        course = begin("portal")
        course.file()
        assert course.refuse("check", "documents-wrong").notice.process == 9

    def test_reschedules_by_its_own_rule(self, begin):
        course = begin("portal")
        course.file(scheduled_at=NOON)
        moved = course.do(Reschedule(scheduled_at=NOON + dt.timedelta(hours=1)))
        assert [(task.step, task.due.limit) for task in moved.opened] == [("confirm", "2 h")]
        assert course.do(Withdraw()).changes[-1].status is Status.WITHDRAWN_BY_APPLICANT

    def test_answers_orally_at_the_counter(self, begin):
        course = begin("direct", "urgent")
        course.file()
        course.complete("check", "unfit")
        concluded = course.do(CompleteStep(step="confirm", outcome="confirmed", by=frozenset({"head_nurse", "nurse"})))
        assert concluded.changes[-1].status is Status.ANSWERED_ORALLY

    def test_has_its_own_form(self, begin):
        schema = form_schema(begin("portal").application.edition, "en")
        assert (list(schema["properties"]), schema["x-documents"]) == (["slot", "consent", "weight"], {"maximum": 1})

    def test_is_published_with_the_others(self, whole):
        assert "## kokaral vaccination 2026-03-01" in page(load(whole))


@pytest.fixture(scope="module")
def third(tmp_path_factory):
    """All services in a region whose steps, performers and limits no code can have heard of."""
    return load(with_third_region(REGULATIONS, tmp_path_factory.mktemp("regulations")))


@pytest.mark.parametrize("service", SERVICES)
class TestAThirdRegion:
    def test_carries_out_each_service_by_toml_alone(self, third, walk, service):
        edition = third.edition(REGION, service, dt.date(2026, 11, 23))
        ordinary = walk("akmola", "booking")
        routes = list(edition.routes())
        for channel, variant in routes:
            course = type(ordinary)(edition, ordinary.application.clock, channel=channel, variant=variant)
            course.file(scheduled_at=NOON)
            while course.application.state not in END:
                task = course.open_task
                assert (task.step[: len(STEP)], task.performer[: len(PERFORMER)]) == (STEP, PERFORMER)
                if course.complete(task.step, edition.step(task.step).outcomes[0].key).seals:
                    course.seal()
            assert course.application.state is State.ISSUED
        assert routes


class TestTheSuite:
    def test_names_no_region_performer_or_limit(self, regulations):
        """A third region is TOML alone, for every service: no code but the demo's knows who acts, where, how fast."""
        names = set(regulations.regions)
        for editions in regulations.editions.values():
            for edition in editions:
                names |= {*edition.performers} | {
                    str(rule.limit) for step in edition.steps for rule in step.limits if rule.limit
                }
        own = [file for file in TREE.glob("*/src/**/*.py") if not {"deploy", "testing"} & {*file.parts}]
        assert len(own) > 300
        for file in own:
            code = file.read_text(encoding="utf-8")
            assert not {name for name in names if f'"{name}"' in code or f"'{name}'" in code}, file


class TestTheEngine:
    def test_names_no_region_service_step_role_or_limit(self, regulations):
        """Law is data: a name of the files in the code would be law that no file holds."""
        names = set(regulations.regions)
        for (_, service), editions in regulations.editions.items():
            names.add(service)
            for edition in editions:
                names |= {step.key for step in edition.steps} | {ground.code for ground in edition.grounds}
                names |= {outcome.key for step in edition.steps for outcome in step.outcomes}
                names |= (
                    {variant.key for variant in edition.variants} | set(edition.findings()) | set(edition.performers)
                )
                names |= {str(rule.limit) for step in edition.steps for rule in step.limits}
        everyday = {
            "check",
            "record",
            "register",
            "issued",
            "registered",
            "issue",
            "confirm",
            "request",
            "accept",
            "handed-over",
        }
        for module in SOURCE.glob("*.py"):
            code = module.read_text(encoding="utf-8")
            found = {name for name in names - everyday if f'"{name}"' in code or f"'{name}'" in code}
            assert not found, module.name
