"""The population register as a case file asks it: what a regulation requires of a patient, and who may act for whom.

One port: asked over REST (`asking.py`), or in process where the register itself is. An answer that cannot be had is
`RegisterAway`, never a guess. Nobody is asked while a transaction is open: a deed that meets an open question ends
with `Unanswered`, and is done anew with the answer (`consulting`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, Protocol, TypeVar, cast

from shared.errors import ProblemError
from shared.personal import Iin
from shared.web import Actor

Require = Literal["in-population-register", "attached-to-district"]
Lack = Literal["not-in-register", "dead", "moved-away", "not-attached", "attached-elsewhere"]
"""Why what is required does not hold."""
NoRight = Literal["not-recorded", "not-begun", "ended", "revoked", "dead"]
"""Why one may not act for another."""
T = TypeVar("T")


class RegisterAway(ProblemError):
    """The register cannot be asked, or says nothing that is understood: nothing was done, and it may be repeated."""

    code = "register-away"
    status = 503

    def __init__(self, retry_after: timedelta = timedelta(seconds=2)) -> None:
        super().__init__(retry_after=retry_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Does it hold of this person, at this provider where it names one."""

    iin: Iin
    require: Require
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """May the applicant act for the patient."""

    applicant: Iin
    patient: Iin


Question = Requirement | Acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What the register says of a requirement; without a reason it holds."""

    reason: Lack | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What it says of a right to act: why there is none, or its kind, its end (the first day without it), and for whom.

    `names` are the patient's, by `surname`, `given_name`, `patronymic`.
    """

    reason: NoRight | None
    kind: str | None = None
    until: date | None = None
    names: Mapping[str, str | None] = field(default_factory=dict, repr=False)


class PopulationRegister(Protocol):
    """Whoever can answer. Both raise RegisterAway; what is asked for staff leaves a record that the person sees."""

    async def lacks(self, asked: Requirement, actor: Actor) -> Lacking:
        """Say whether a requirement holds."""

    async def standing(self, asked: Acting, actor: Actor) -> Standing:
        """Say whether one may act for another today."""


class NoRegister:
    """Where none is configured nothing can be found out, and so nothing that needs it is done."""

    async def lacks(self, asked: Requirement, actor: Actor) -> Lacking:
        """Raise RegisterAway."""
        del asked, actor
        raise RegisterAway

    async def standing(self, asked: Acting, actor: Actor) -> Standing:
        """Raise RegisterAway."""
        del asked, actor
        raise RegisterAway


class Unanswered(Exception):
    """A deed needs these answers of the register; it has changed nothing."""

    def __init__(self, *questions: Question) -> None:
        super().__init__()
        self.questions = questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the register has said in this request."""

    known: Mapping[Question, Lacking | Standing] = field(default_factory=dict, repr=False)

    def lacks(self, *asked: Requirement) -> tuple[Lack | None, ...]:
        """Give the answers, one for each; raises Unanswered for those that are not there."""
        self._need(*asked)
        return tuple(cast("Lacking", self.known[each]).reason for each in asked)

    def standing(self, asked: Acting) -> Standing:
        """Give the answer; raises Unanswered when it is not there."""
        self._need(asked)
        return cast("Standing", self.known[asked])

    def _need(self, *asked: Question) -> None:
        if missing := [each for each in asked if each not in self.known]:
            raise Unanswered(*missing)


NOTHING_ASKED = Answers()


async def consulting(register: PopulationRegister, actor: Actor, deed: Callable[[Answers], Awaitable[T]]) -> T:
    """Do a deed with what the register says of the questions that it meets; it is begun anew after each answer.

    Raises RegisterAway: then nothing was done.
    """
    answers = NOTHING_ASKED
    while True:
        try:
            return await deed(answers)
        except Unanswered as open_:
            said = {each: await _answer(register, each, actor) for each in open_.questions}
        answers = Answers(known={**answers.known, **said})


async def _answer(register: PopulationRegister, asked: Question, actor: Actor) -> Lacking | Standing:
    if isinstance(asked, Requirement):
        return await register.lacks(asked, actor)
    return await register.standing(asked, actor)
