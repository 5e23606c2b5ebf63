"""One edition of one region's regulation of one service, and the questions that the engine and the services ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from shared.procedure.law import (
    Act,
    Attendance,
    Cancellation,
    Channel,
    ChannelRules,
    Cited,
    Code,
    FormField,
    Ground,
    Journal,
    LimitRule,
    Performer,
    Reschedule,
    Result,
    Step,
    Variant,
    Withdrawal,
)
from shared.procedure.texts import Text

Assurance = Literal["password", "certificate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionTable:
    """An `[[edition]]` of a regulation file, exactly as written there.

    Of a `sensitive` service staff see a person only while a step of their role is open, and in the journal they keep.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    adopted_from: date
    owner: Code
    act: Act
    title: Text
    channels: Annotated[Mapping[Channel, ChannelRules], Field(alias="channel", min_length=1)]
    steps: Annotated[tuple[Step, ...], Field(alias="step", min_length=1)]
    results: Annotated[tuple[Result, ...], Field(alias="result", min_length=1)]
    grounds: Annotated[tuple[Ground, ...], Field(alias="ground", min_length=1)]
    journal: Journal
    form: Annotated[tuple[FormField, ...], Field(alias="field")] = ()
    variants: Annotated[tuple[Variant, ...], Field(alias="variant")] = ()
    variant_required: bool = False
    sensitive: Cited | None = None
    reschedules: Annotated[tuple[Reschedule, ...], Field(alias="reschedule")] = ()
    withdrawals: Annotated[tuple[Withdrawal, ...], Field(alias="withdrawal")] = ()
    attendances: Annotated[tuple[Attendance, ...], Field(alias="attendance")] = ()
    cancellations: Annotated[tuple[Cancellation, ...], Field(alias="cancellation")] = ()

    def routes(self) -> tuple[tuple[Channel, str | None], ...]:
        """Every pair of channel and variant in which an application can be filed."""
        variants: list[str | None] = [] if self.variant_required else [None]
        variants += [variant.key for variant in self.variants]
        return tuple((channel, variant) for channel in self.channels for variant in variants)

    def step(self, key: str) -> Step:
        """A step by its key; asking for one that there is not is a programming error (StopIteration)."""
        return next(step for step in self.steps if step.key == key)

    def steps_for(self, channel: Channel, variant: str | None = None) -> tuple[Step, ...]:
        """The main line of steps in order, without those aside that an outcome opens."""
        aside = self.steps_aside()
        return tuple(step for step in self.steps if step.key not in aside and step.fits(channel, variant))

    def steps_aside(self) -> Mapping[str, Step]:
        """Steps that only an outcome opens, by their key, with the step that they come back to."""
        return {outcome.opens: step for step in self.steps for outcome in step.outcomes if outcome.opens}

    def signing_step(self, channel: Channel, variant: str | None) -> Step:
        """The step whose performer's signature goes into the result document."""
        line = self.steps_for(channel, variant)
        return next((step for step in line if step.signs_result), line[-1])

    def limit_rules(
        self, step: Step, channel: Channel, variant: str | None, finding: str | None
    ) -> tuple[LimitRule, ...]:
        """The limits that may apply: one, or, while the finding that decides is not known, one for each finding.

        Rows that name a finding which is not the application's are left out; of the rest the first that names no
        finding ends the search, as in any decision table.
        """
        candidates: list[LimitRule] = []
        for rule in step.limits:
            if not rule.fits(channel, variant) or (finding and rule.finding and rule.finding != finding):
                continue
            candidates.append(rule)
            if rule.finding is None or finding:
                break
        return tuple(candidates)

    def results_for(self, channel: Channel, variant: str | None, finding: str | None) -> tuple[Result, ...]:
        """The results that fit, of which the first counts; one that names a finding fits only once that is found."""
        fitting = (result for result in self.results if result.fits(channel, variant))
        return tuple(result for result in fitting if result.finding in (None, finding))

    def result(self, channel: Channel, variant: str | None, finding: str | None) -> Result:
        """What the citizen gets; loading has checked that there is something on every route, for every finding."""
        return self.results_for(channel, variant, finding)[0]

    def findings(self) -> tuple[str, ...]:
        """The findings that outcomes of the steps can establish."""
        return tuple(outcome.finding for step in self.steps for outcome in step.outcomes if outcome.finding)

    def ground(self, code: str) -> Ground | None:
        return next((ground for ground in self.grounds if ground.code == code), None)

    def grounds_at(self, step: str, channel: Channel, variant: str | None = None) -> tuple[Ground, ...]:
        """The grounds on which the performer of a step may refuse."""
        return tuple(ground for ground in self.grounds if step in ground.steps and ground.fits(channel, variant))

    def reschedule(self, channel: Channel, variant: str | None) -> Reschedule | None:
        return next((rule for rule in self.reschedules if rule.fits(channel, variant)), None)

    def withdrawal(self, channel: Channel, variant: str | None) -> Withdrawal | None:
        return next((rule for rule in self.withdrawals if rule.fits(channel, variant)), None)

    def attendance(self, channel: Channel, variant: str | None) -> Attendance | None:
        return next((rule for rule in self.attendances if rule.fits(channel, variant)), None)

    def cancellation(self, channel: Channel, variant: str | None) -> Cancellation | None:
        return next((rule for rule in self.cancellations if rule.fits(channel, variant)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition(EditionTable):
    """An edition with what its place in the folder and its region's file add; an application keeps it for life.

    `adopted_from` is the region's own date (ours), in local time; `acr` is the assurance that the portal asks of
    the citizen; `performers` and `seal_roles` say whose certificates may sign a step and seal a result.
    """

    region: Code
    service: Code
    acr: Assurance = "certificate"
    performers: Mapping[str, Performer] = field(default_factory=dict)
    seal_roles: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        table: EditionTable,
        *,
        region: str,
        service: str,
        acr: Assurance,
        performers: Mapping[str, Performer],
        seal_roles: tuple[str, ...],
    ) -> Self:
        """Join a table with the facts of its region."""
        written = {item.name: getattr(table, item.name) for item in fields(EditionTable)}
        return cls(region=region, service=service, acr=acr, performers=performers, seal_roles=seal_roles, **written)

    @property
    def id(self) -> str:
        """`region.service@adopted_from`: what an application stores to keep its edition."""
        return f"{self.region}.{self.service}@{self.adopted_from.isoformat()}"
