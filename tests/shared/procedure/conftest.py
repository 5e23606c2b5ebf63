"""The law of this tree, a provider's ordinary week, and a walk that carries an application from step to step."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from zoneinfo import ZoneInfo

import pytest

from shared.procedure import (
    Application,
    Channel,
    CompleteStep,
    File,
    Interval,
    MarkSealed,
    OpeningHours,
    RefuseStep,
    TaskState,
    WorkingClock,
    decide,
    load,
    signing,
)

HERE = Path(__file__).parent
REGULATIONS = HERE.parents[2] / "shared" / "regulations"
ALMATY = ZoneInfo("Asia/Almaty")
DAY = (Interval.read("09:00", "13:00"), Interval.read("14:00", "18:00"))


def at(written: str) -> dt.datetime:
    """A local time in Almaty as an instant."""
    return dt.datetime.fromisoformat(written).replace(tzinfo=ALMATY).astimezone(dt.UTC)


def local(instant: dt.datetime) -> str:
    return f"{instant.astimezone(ALMATY):%Y-%m-%d %H:%M}"


class Walk:
    """One application, three minutes between a step's opening and its completion."""

    def __init__(self, edition, clock, *, channel="portal", variant=None, start="2026-11-23 10:00"):
        self.application = Application.new(edition=edition, channel=Channel(channel), variant=variant, clock=clock)
        self.now = at(start)
        self.transitions = []

    @property
    def last(self):
        return self.transitions[-1]

    @property
    def open_task(self):
        return next(task for task in self.application.live() if task.state is TaskState.OPEN)

    def do(self, action, *, wait=0):
        self.now += dt.timedelta(minutes=wait)
        transition = decide(self.application, action, self.now)
        self.transitions.append(transition)
        self.application = transition.application
        return transition

    def file(self, **facts):
        return self.do(File(**facts))

    def complete(self, step, outcome, *, wait=3, **facts):
        by = frozenset({self.application.edition.step(step).performer})
        return self.do(CompleteStep(step=step, outcome=outcome, by=by, **facts), wait=wait)

    def refuse(self, step, ground, *, wait=3):
        by = frozenset({self.application.edition.step(step).performer})
        return self.do(RefuseStep(step=step, ground=ground, by=by), wait=wait)

    def seal(self):
        return self.do(MarkSealed())

    def signs(self, step, outcome):
        by = frozenset({self.application.edition.step(step).performer})
        return signing(self.application, CompleteStep(step=step, outcome=outcome, by=by))


@pytest.fixture(scope="session")
def regulations():
    return load(REGULATIONS)


@pytest.fixture(scope="session")
def hours():
    return OpeningHours(zone="Asia/Almaty", week=(DAY,) * 5 + ((), ()))


@pytest.fixture(scope="session")
def clock(regulations, hours):
    return WorkingClock(calendar=regulations.calendar, hours=hours)


@pytest.fixture(scope="session")
def six_days(clock):
    return replace(clock, hours=OpeningHours(zone="Asia/Almaty", week=(DAY,) * 6 + ((),)))


@pytest.fixture
def walk(regulations, clock):
    """Begin a walk: walk("akmola", "booking", channel="phone")."""

    def begin(region, service, **facts):
        return Walk(regulations.edition(region, service, dt.date(2026, 11, 23)), clock, **facts)

    return begin


@pytest.fixture
def folder(tmp_path):
    """The made-up region alone, to be spoilt."""
    copytree(HERE / "made_up", tmp_path / "regulations")
    copytree(REGULATIONS / "calendars", tmp_path / "regulations" / "calendars")
    return tmp_path / "regulations"


@pytest.fixture
def whole(folder):
    """The regulations of this tree with the made-up region beside them."""
    copytree(REGULATIONS, folder, dirs_exist_ok=True)
    return folder
