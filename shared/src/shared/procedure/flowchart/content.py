"""What a regulation's block diagram shows of one channel: who does what, in which order, and where it may end.

The applicant's lane takes the request, every refusal and the result; the portal's and the gateway's the numbered
processes and conditions 1 and 2; the workstation's what is registered and entered; performers have a lane each.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from shared.procedure.edition import Edition
from shared.procedure.flowchart.shapes import Box, Flowchart, Kind, Lane, Paragraph, Row
from shared.procedure.flowchart.steps import StepRows, lane_of
from shared.procedure.flowchart.words import Wording
from shared.procedure.law import Channel, Conditional, Process, ProcessKey, Step
from shared.procedure.regulations import Organisation
from shared.procedure.texts import Language

_APPLICANT, _PORTAL, _GATEWAY, _WORKSTATION = "applicant", "portal", "gateway", "workstation"


def flowchart(
    edition: Edition,
    organisations: Mapping[str, Organisation],
    *,
    channel: Channel,
    language: Language,
    variant: str | None = None,
) -> Flowchart:
    """Say what the diagram of a channel shows: of one variant, or of all with what is particular to one marked so.

    `organisations` are those of the edition's region, by their code. The channel must be one of the edition's.
    """
    return _Course(edition, organisations, channel, language, variant).whole()


class _Course:
    def __init__(
        self,
        edition: Edition,
        organisations: Mapping[str, Organisation],
        channel: Channel,
        language: Language,
        variant: str | None,
    ) -> None:
        self._edition, self._organisations, self._channel, self._variant = edition, organisations, channel, variant
        self._say = Wording(language)
        self._rules = edition.channels[channel]

    def whole(self) -> Flowchart:
        edition, say = self._edition, self._say
        title = say.text(edition.title)
        act = f"№ {edition.act.number} ({edition.act.date:%d.%m.%Y})"
        return Flowchart(
            language=say.language,
            title=f"{say.word('title')}: {title} ({', '.join(self._where())})",
            description=say.word("description", title=title, act=act, clause=edition.act.clause, edition=edition.id),
            lanes=list(self._lanes()),
            rows=[*self._entrance(), *self._line(), *self._end(), *self._afterwards()],
        )

    def _where(self) -> list[str]:
        variants = [self._say.text(one.title) for one in self._edition.variants if one.key == self._variant]
        return [self._say.word(str(self._channel), "channel"), *variants]

    # ------------------------------------------------------------------------------------------------------- lanes
    def _lanes(self) -> Iterator[Lane]:
        systems = [_APPLICANT, _WORKSTATION]
        if self._channel is Channel.PORTAL:
            systems = [_APPLICANT, _PORTAL, _GATEWAY, _WORKSTATION]
        yield from (Lane(key=key, title=self._say.word(key, "lane")) for key in systems)
        own_first = sorted(self._numbered, key=lambda step: step.organisation is not None)
        lanes = {lane_of(step): self._performer(step) for step in own_first}
        yield from (Lane(key=key, title=title) for key, title in lanes.items())

    def _performer(self, step: Step) -> str:
        title = self._say.text(self._edition.performers[step.performer].title)
        return (
            f"{title} ({self._say.text(self._organisations[step.organisation].name)})" if step.organisation else title
        )

    # ----------------------------------------------------------------------------------------------------- portal
    def _entrance(self) -> Iterator[Row]:
        """What comes before the first step: on the portal processes 1 to 5 with conditions 1 and 2."""
        start = self._say.word(f"applies-{self._channel}")
        yield Row(main=self._box("start", _APPLICANT, Kind.START, heading=start, small=self._say.cite(self._rules)))
        if self._process("authorisation"):
            yield Row(main=self._process_box("authorisation", _PORTAL))
            yield self._condition("authorisation-refusal", "personal-data", _PORTAL)
            yield Row(main=self._process_box("form", _PORTAL))
            yield self._condition("signature-refusal", "signature", _GATEWAY)
            yield Row(main=self._process_box("sending", _GATEWAY))
        if self._rules.registration.after is None:
            yield Row(main=self._registration())

    def _process(self, key: ProcessKey) -> Process | None:
        return self._rules.processes.get(key)

    def _process_box(self, key: ProcessKey, lane: str, kind: Kind = Kind.PROCESS) -> Box:
        process = self._rules.processes[key]
        heading = f"{self._say.number('process', process.number)}. {self._say.word(key, 'process')}"
        return self._box(f"process:{key}", lane, kind, heading=heading, small=self._say.cite(process))

    def _condition(self, refusal: ProcessKey, kind: str, lane: str) -> Row:
        process = self._rules.processes[refusal]
        number = f"{self._say.number('condition', process.condition)}. " if process.condition else ""
        grounds = [ground for ground in self._edition.grounds if ground.kind == kind and not ground.steps]
        question = Box(
            key=f"condition:{kind}",
            lane=lane,
            kind=Kind.QUESTION,
            paragraphs=[
                Paragraph(words=number + self._say.word(kind, "question"), heading=True),
                *self._steps.grounds(ground for ground in grounds if self._holds(ground)),
            ],
        )
        return Row(
            main=question,
            aside=self._process_box(refusal, _APPLICANT, Kind.REFUSAL),
            label=self._say.word("yes"),
            aside_label=self._say.word("no"),
        )

    def _registration(self) -> Box:
        if self._process("registration"):
            return self._process_box("registration", _WORKSTATION)
        rule = self._rules.registration
        return self._box("registration", _WORKSTATION, Kind.PROCESS,
                         heading=self._say.word("registered"), small=self._say.cite(rule))  # fmt: skip

    # ------------------------------------------------------------------------------------------------------ steps
    def _line(self) -> Iterator[Row]:
        aside = self._edition.steps_aside()
        for number, step in enumerate(self._numbered, 1):
            if step.key in aside:
                continue
            yield from self._steps.rows(number, step, [one for one in self._numbered if self._opened(step, one)])
            if step.key in self._edition.journal.entered_by:
                yield Row(main=self._journal(step))
            if self._rules.registration.after == step.key:
                yield Row(main=self._registration())

    def _opened(self, step: Step, other: Step) -> bool:
        return any(outcome.opens == other.key for outcome in step.outcomes)

    @cached_property
    def _numbered(self) -> list[Step]:
        return [step for step in self._edition.steps if self._holds(step)]

    @cached_property
    def _steps(self) -> StepRows:
        return StepRows(self._edition, self._say, channel=self._channel, variant=self._variant)

    def _holds(self, row: Conditional) -> bool:
        return self._steps.holds(row)

    def _journal(self, step: Step) -> Box:
        journal = self._edition.journal
        heading = f"{self._say.word('entered')}: {self._say.text(journal.name)}"
        return self._box(f"journal:{step.key}", _WORKSTATION, Kind.PROCESS,
                         heading=heading, small=self._say.cite(journal))  # fmt: skip

    # -------------------------------------------------------------------------------------------------------- end
    def _end(self) -> Iterator[Row]:
        if self._process("result"):
            yield Row(main=self._process_box("result", _WORKSTATION))
        results = [result for result in self._edition.results if self._holds(result)]
        told = [
            Paragraph(words=" ".join((
                f"• {self._finding(result.finding)}{self._say.text(result.title)}",
                f"({self._say.word(result.kind)}{'' if result.published else ', ' + self._say.word('in-person')})",
                f"{self._steps.only(result)}{self._say.cite(result)}",
            )))
            for result in results
        ]  # fmt: skip
        heading = Paragraph(words=self._say.word("result"), heading=True)
        yield Row(main=Box(key="result", lane=_APPLICANT, kind=Kind.RESULT, paragraphs=[heading, *told]), onwards=False)

    def _finding(self, finding: str | None) -> str:
        return f"{self._steps.finding(finding)}: " if finding else ""

    def _afterwards(self) -> Iterator[Row]:
        """What the applicant may still ask for."""
        numbers = {step.key: number for number, step in enumerate(self._numbered, 1)}
        for rule in self._edition.reschedules:
            if self._holds(rule):
                words = self._say.word("reschedule", cut_off=self._say.limit(rule.cut_off),
                                       number=numbers[rule.reopens], limit=self._say.limit(rule.limit))  # fmt: skip
                yield self._note("reschedule", words, self._say.cite(rule))
        for withdrawal in self._edition.withdrawals:
            if self._holds(withdrawal):
                cut_off = withdrawal.cut_off
                words = self._say.word("withdrawal")
                if cut_off:
                    words = self._say.word("withdrawal-until", cut_off=self._say.limit(cut_off))
                yield self._note("withdrawal", words, self._say.cite(withdrawal))

    def _note(self, key: str, words: str, cited: str) -> Row:
        return Row(main=self._box(key, _APPLICANT, Kind.NOTE, heading=words, small=cited), onwards=False)

    def _box(self, key: str, lane: str, kind: Kind, *, heading: str, small: str) -> Box:
        paragraphs = [Paragraph(words=heading, heading=kind is not Kind.NOTE)]
        paragraphs += [Paragraph(words=small, small=True)]
        return Box(key=key, lane=lane, kind=kind, paragraphs=paragraphs)
