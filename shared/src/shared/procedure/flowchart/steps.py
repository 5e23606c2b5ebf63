"""The rows of one step: what is done within which limit, on what it may be refused, how it ends."""

from collections.abc import Iterable, Iterator, Sequence

from shared.procedure.edition import Edition
from shared.procedure.flowchart.shapes import Box, Kind, Paragraph, Row
from shared.procedure.flowchart.words import Wording
from shared.procedure.law import Channel, Conditional, Ground, LimitRule, Step


class StepRows:
    """Write steps down for one channel, and for one variant or for all."""

    def __init__(self, edition: Edition, say: Wording, *, channel: Channel, variant: str | None) -> None:
        self._edition, self._say, self._channel, self._variant = edition, say, channel, variant

    def holds(self, row: Conditional) -> bool:
        """Tell whether a row of a decision table can count here; without a variant, for any of them."""
        if row.channels and self._channel not in row.channels:
            return False
        return self._variant is None or not row.variants or self._variant in row.variants

    def only(self, row: Conditional) -> str:
        """Name the variants that a row is for, where all are drawn together."""
        if self._variant or not row.variants:
            return ""
        titles = [self._say.text(one.title) for one in self._edition.variants if one.key in row.variants]
        return self._say.word("only", variants=", ".join(titles)) + " "

    def finding(self, key: str) -> str:
        """Name a finding as the outcome that establishes it."""
        outcomes = (outcome for step in self._edition.steps for outcome in step.outcomes)
        return next(self._say.text(outcome.title) for outcome in outcomes if outcome.finding == key)

    def rows(self, number: int, step: Step, opened: Sequence[Step]) -> Iterator[Row]:
        """The step, its grounds of refusal with the refusal beside them, steps aside, and its outcomes."""
        grounds = self._grounds_at(step)
        yield Row(main=self._box(number, step))
        if grounds:
            yield self._refusable(step, grounds)
        yield from (self._aside(number, step, one) for one in opened)
        onwards = [outcome for outcome in step.outcomes if not outcome.opens]
        paragraphs = [Paragraph(words=self._say.word("outcomes"), heading=True)]
        paragraphs += [
            Paragraph(words=f"• {self._say.text(outcome.title)} {self._say.cite(outcome)}") for outcome in onwards
        ]
        yield Row(main=Box(key=f"outcome:{step.key}", lane=lane_of(step), kind=Kind.OUTCOME, paragraphs=paragraphs))

    def grounds(self, grounds: Iterable[Ground]) -> list[Paragraph]:
        return [
            Paragraph(words=f"• {self._say.text(ground.text)} {self.only(ground)}{self._say.cite(ground)}")
            for ground in grounds
        ]

    def _grounds_at(self, step: Step) -> list[Ground]:
        return [ground for ground in self._edition.grounds if step.key in ground.steps and self.holds(ground)]

    def _box(self, number: int, step: Step) -> Box:
        heading = f"{number}. {self._say.text(step.title)}"
        return Box(
            key=f"step:{step.key}",
            lane=lane_of(step),
            kind=Kind.STEP,
            paragraphs=[
                Paragraph(words=heading, heading=True),
                Paragraph(words=f"{self.only(step)}{self._say.cite(step)}", small=True),
                *(Paragraph(words=words) for words in self._facts(step)),
            ],
        )

    def _facts(self, step: Step) -> Iterator[str]:
        say = self._say
        yield from (self._limit(rule) for rule in step.limits if self.holds(rule))
        if step.unlimited:
            yield f"{say.word('unlimited')} {say.cite(step.unlimited)}"
        for condition in step.preconditions:
            if self.holds(condition):
                yield f"{say.word(condition.require)} {self.only(condition)}{say.cite(condition)}"
        for consultation in step.consultations:
            if self.holds(consultation):
                told = f"{say.word('consults')}: {say.text(consultation.title)}"
                yield f"{told} {self.only(consultation)}{say.cite(consultation)}"
        for signature in step.signatures:
            if self.holds(signature):
                yield f"{say.word('signed')} {self.only(signature)}{say.cite(signature)}"

    def _limit(self, rule: LimitRule) -> str:
        said = [self._say.limit(rule.limit)]
        said += [self._say.word("handing-in")] if rule.starts == "handing-in" else []
        said += [self._say.word("first-day")] if rule.counts_first_day else []
        said += [self.finding(rule.finding)] if rule.finding else []
        return f"{self._say.word('limit')}: {', '.join(said)} {self.only(rule)}{self._say.cite(rule)}"

    def _refusable(self, step: Step, grounds: Sequence[Ground]) -> Row:
        say, rules = self._say, self._edition.channels[self._channel]
        process = rules.processes.get("refusal")
        number = f"{say.number('condition', process.condition)}. " if process and process.condition else ""
        question = Box(
            key=f"grounds:{step.key}",
            lane=lane_of(step),
            kind=Kind.QUESTION,
            paragraphs=[
                Paragraph(words=number + say.word("grounds", "question"), heading=True),
                *self.grounds(grounds),
            ],
        )
        heading = say.word("refused")
        if process:
            heading = f"{say.number('process', process.number)}. {say.word('refusal', 'process')}"
        small = [say.cite(process)] if process else []
        small += [say.word("registered-first")] if rules.registration.after == step.key else []
        refusal = Box(
            key=f"refusal:{step.key}",
            lane="applicant",
            kind=Kind.REFUSAL,
            paragraphs=[
                Paragraph(words=heading, heading=True),
                *(Paragraph(words=words, small=True) for words in small),
            ],
        )
        return Row(main=question, aside=refusal, label=say.word("no"), aside_label=say.word("yes"))

    def _aside(self, number: int, step: Step, opened: Step) -> Row:
        outcomes = [outcome for outcome in step.outcomes if outcome.opens == opened.key]
        back = self._say.word("clock-rests", number=number)
        decision = Box(
            key=f"opens:{opened.key}",
            lane=lane_of(step),
            kind=Kind.OUTCOME,
            paragraphs=[
                *(Paragraph(words=f"• {self._say.text(one.title)} {self._say.cite(one)}") for one in outcomes),
                Paragraph(words=back, small=True),
            ],
        )
        box = self._box(self._position(opened), opened)
        ends = [Paragraph(words=f"• {self._say.text(one.title)} {self._say.cite(one)}") for one in opened.outcomes]
        grounds = self.grounds(self._grounds_at(opened))
        full = Box(key=box.key, lane=box.lane, kind=box.kind, paragraphs=[*box.paragraphs, *ends, *grounds])
        return Row(main=decision, aside=full, back=True)

    def _position(self, step: Step) -> int:
        held = [one.key for one in self._edition.steps if self.holds(one)]
        return held.index(step.key) + 1


def lane_of(step: Step) -> str:
    """A performer's lane, or that of a performer of another organisation."""
    return f"{step.performer}@{step.organisation}" if step.organisation else step.performer
