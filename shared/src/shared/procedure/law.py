"""The elements of a regulation: each is a value, the shape of its table in TOML, and says where the law says so.

Everything derives from `Cited`: what a decree prescribes carries its clause, what it leaves open `source = "ours"`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shared.procedure.limits import WrittenLimit
from shared.procedure.texts import Text, Words

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
"""A code of the files: lower case, words joined by hyphens."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
"""A name that becomes a JSON member or a staff role: lower case, words joined by underscores."""

Oid = Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$")]


class Channel(StrEnum):
    """How an application reaches the provider."""

    PORTAL = "portal"
    DIRECT = "direct"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Where a rule comes from: `clause` of the act, `source = "ours"`, or both where we complete what it says."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    clause: Words | None = None
    source: Literal["ours"] | None = None
    note: Words | None = None

    def __post_init__(self) -> None:
        if self.clause is None and self.source is None:
            raise ValueError('cites neither a clause of the act nor source = "ours"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Cited):
    """A row of a decision table: it fits the channels and variants that it names, or all; the first counts."""

    channels: tuple[Channel, ...] = ()
    variants: tuple[Code, ...] = ()

    def fits(self, channel: Channel, variant: str | None) -> bool:
        return (not self.channels or channel in self.channels) and (not self.variants or variant in self.variants)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """The act that a rule is taken from; its dates are citation only, they put nothing in force here."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    number: Words
    date: dt.date
    clause: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """A role among the provider's staff, and the roles that its signing certificates may carry (object identifiers)."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    title: Text
    certificate_roles: Annotated[tuple[Oid, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process(Cited):
    """A numbered process of the portal route, and the condition whose failure leads to it."""

    number: Annotated[int, Field(ge=1, le=99)]
    condition: Annotated[int, Field(ge=1, le=3)] | None = None


ProcessKey = Literal[
    "authorisation",
    "authorisation-refusal",
    "form",
    "signature-refusal",
    "sending",
    "registration",
    "refusal",
    "result",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Cited):
    """When the application is registered: on completion of the step `after` (or its refusal), else at acceptance."""

    after: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Cited):
    """How long (plain time) a citizen may keep a free time for himself while he fills the form in and signs."""

    limit: WrittenLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRules(Cited):
    """What one channel of a service adds: who gives the time, how many documents may be attached, its processes.

    `representative_by_word`: whoever asks for another person is taken at his word, and shows nothing.
    """

    time_given_by: Literal["citizen", "performer"] | None = None
    hold: Hold | None = None
    documents: Annotated[int, Field(ge=0, le=20)] = 0
    representative_by_word: bool = False
    registration: Registration = Registration(source="ours")
    processes: Annotated[Mapping[ProcessKey, Process], Field(alias="process")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Cited):
    """A way of giving the service that is chosen when the application is filed; an `anonymous` one knows nobody."""

    key: Code
    title: Text
    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule(Conditional):
    """The limit of a step; `finding` narrows it to one outcome of an earlier (or this) step.

    `counts_first_day` makes the day on which the clock starts the first working day, not day 0.
    """

    limit: WrittenLimit
    starts: Literal["previous-step", "handing-in"] = "previous-step"
    counts_first_day: bool = False
    finding: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition(Conditional):
    """What must hold of the patient at a step; where it does not, the step is refused with `ground`."""

    require: Literal["in-population-register", "attached-to-district"]
    ground: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation(Conditional):
    """An external register that the performer looks into; its answer is kept as evidence and decides nothing.

    The performers of the steps `shown_at` are told the answer too, while they hold their step.
    """

    register: Code
    title: Text
    shown_at: tuple[Code, ...] = ()


FieldKind = Literal[
    "slot",
    "doctor",
    "specialty",
    "times",
    "text",
    "phone",
    "address",
    "residence",
    "representation",
    "date",
    "moment",
    "choice",
    "flag",
    "number",
    "iin",
    "icd10",
    "sample",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values of a field of kind `choice`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    key: Code
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField(Conditional):
    """A field of a form. Lengths are in characters, `minimum` and `maximum` bound numbers and lists.

    Of the fields with the same `one_of` exactly one is given. `asked_again` fields are asked at a reschedule too.
    `specialties` are those that a doctor may have who is named here; none: any.
    """

    key: Name
    kind: FieldKind
    label: Text
    required: bool = True
    one_of: Code | None = None
    asked_again: bool = False
    min_length: Annotated[int, Field(ge=1)] = 1
    max_length: Annotated[int, Field(ge=1, le=5000)] = 200
    minimum: int | None = None
    maximum: int | None = None
    choices: Annotated[tuple[Choice, ...], Field(alias="choice")] = ()
    specialties: tuple[Code, ...] = ()

    def __post_init__(self) -> None:
        Cited.__post_init__(self)
        if self.specialties and self.kind != "doctor":
            raise ValueError("specialties belong to the kind doctor")
        if bool(self.choices) != (self.kind == "choice"):
            raise ValueError("choices belong to the kind choice, and it needs them")
        if self.min_length > self.max_length or (self.minimum or 0) > (self.maximum or self.minimum or 0):
            raise ValueError("the least is more than the most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Cited):
    """How a step may end: what the performer enters, the finding it establishes, the step aside that it opens.

    A step aside is done elsewhere (a commission, say) while this step's clock rests; it comes back to this step.
    """

    key: Code
    title: Text
    fields: Annotated[tuple[FormField, ...], Field(alias="field")] = ()
    finding: Code | None = None
    opens: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature(Conditional):
    """The performer signs this step with his own key, on the channels and variants named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Conditional):
    """A procedure of the decree: one performer, one action, one limit. `organisation`: done by another provider.

    `signs_result` names the step whose signature goes into the result document; without any it is the last step.
    The performer of a `blind` step sees neither person nor application: the mark alone that the service gives it.
    """

    key: Code
    performer: Name
    title: Text
    limits: Annotated[tuple[LimitRule, ...], Field(alias="limit")] = ()
    unlimited: Cited | None = None
    signatures: Annotated[tuple[Signature, ...], Field(alias="signature")] = ()
    signs_result: bool = False
    outcomes: Annotated[tuple[Outcome, ...], Field(alias="outcome", min_length=1)]
    preconditions: Annotated[tuple[Precondition, ...], Field(alias="precondition")] = ()
    consultations: Annotated[tuple[Consultation, ...], Field(alias="consultation")] = ()
    organisation: Code | None = None
    blind: bool = False

    def outcome(self, key: str) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.key == key), None)

    def signed(self, channel: Channel, variant: str | None) -> bool:
        """Tell whether the performer must sign this step."""
        return any(signature.fits(channel, variant) for signature in self.signatures)


_VALUE = (
    r"^(patient\.(iin|surname|given_name|patronymic|birth_date|age|sex|address|phone)"
    r"|application\.(number|filed_at|scheduled_at|code)"
    r"|(fields|outcome)\.[a-z][a-z0-9_]*)$"
)
"""What a journal's column can take: facts of the person and the application, what was filled in, what was entered."""

GroundKind = Literal["personal-data", "signature", "documents"]
"""The three grounds that the decrees know: the person's data, the signature, the documents or the grounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Conditional):
    """A ground of refusal: one of the decree's three, or a finer one of ours under it; performers use it at `steps`.

    A ground that only the gateway finds (conditions 1 and 2) names no steps.
    """

    code: Code
    kind: GroundKind
    text: Text
    steps: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Conditional):
    """What the citizen gets. An unpublished document is handed over in person: never in the cabinet, nor verifiable."""

    key: Code
    kind: Literal["document", "oral"]
    title: Text
    finding: Code | None = None
    form: Code | None = None
    published: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalField(Conditional):
    """A column of the journal; `value` says where it is taken from: patient, fields, outcome or application."""

    key: Name
    label: Text
    value: Annotated[str, Field(pattern=_VALUE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal(Cited):
    """The journal in which the application is entered, on completion of the steps `entered_by`."""

    key: Code
    name: Text
    entered_by: Annotated[tuple[Code, ...], Field(min_length=1)]
    fields: Annotated[tuple[JournalField, ...], Field(alias="field", min_length=1)]

    def columns(self, channel: Channel, variant: str | None) -> tuple[JournalField, ...]:
        """The columns that a row of this channel and variant fills."""
        return tuple(column for column in self.fields if column.fits(channel, variant))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule(Conditional):
    """A change of the time: until `cut_off` before it (plain time), opening the step `reopens` again with `limit`."""

    reopens: Code
    limit: WrittenLimit
    cut_off: WrittenLimit


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal(Conditional):
    """The applicant's withdrawal: until `cut_off` before the time given; without one, until the result is signed."""

    cut_off: WrittenLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance(Conditional):
    """Who notes, once the time given has come, whether the person came."""

    performer: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationGround(Cited):
    """Why a provider cannot keep a time that it gave; `frees` says that the time can be given to somebody else."""

    code: Code
    text: Text
    frees: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation(Conditional):
    """The provider's own change of a time it gave: whose deed it is, and the closed list of grounds."""

    performer: Name
    grounds: Annotated[tuple[CancellationGround, ...], Field(alias="ground", min_length=1)]

    def ground(self, code: str | None) -> CancellationGround | None:
        return next((ground for ground in self.grounds if ground.code == code), None)
