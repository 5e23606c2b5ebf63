"""What can happen to an application: the commands that `decide` takes, and the refusals that it answers with.

A refusal is an exception that states the fact; it carries what a problem for the caller needs, and no personal data.
"""

from dataclasses import dataclass, field
from datetime import datetime

from shared.procedure.application import State
from shared.procedure.limits import Limit
from shared.procedure.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Accept the application. On the portal the clock starts now, else at `arrived_at` (UTC), when the visitor came.

    `scheduled_at` is the time of the appointment where the citizen picked it.
    """

    arrived_at: datetime | None = None
    scheduled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteStep:
    """Complete a step with one of its outcomes, `by` a member of staff with these roles.

    A referral elsewhere, the way back from it and a finding are outcomes too. `scheduled_at` is the time that the
    performer gave, where he gives one.
    """

    step: str
    outcome: str
    by: frozenset[str] = field(default_factory=frozenset)
    scheduled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseStep:
    """Refuse the application at a step, on a ground of the closed list."""

    step: str
    ground: str
    by: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """Change the time: the step that the regulation names opens again. The cut-off binds the citizen alone.

    A provider that moves a time says on which of its grounds.
    """

    scheduled_at: datetime | None = None
    by_provider: bool = False
    ground: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Withdraw the application, by the applicant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Cancel the application, by the provider, that cannot keep the time given, on a ground of its list."""

    ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAttendance:
    """Record, once the time given has come, whether the person came."""

    attended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkSealed:
    """Record that the organisation's seal is in the result document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulResult:
    """Put the sealed result out of force; `reason` is told to the citizen. The application itself goes on."""

    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissue:
    """Open the step that signs the result again, within a limit, for a corrected one in place of what was annulled."""

    limit: Limit


ResultAction = AnnulResult | Reissue
Action = (
    File | CompleteStep | RefuseStep | Reschedule | Withdraw | Cancel | RecordAttendance | MarkSealed | ResultAction
)
StepAction = CompleteStep | RefuseStep


class ProcedureError(Exception):
    """An action that the regulation does not allow now; nothing has changed."""


class ChannelNotOffered(ProcedureError):
    """The regulation does not give the service on that channel."""

    def __init__(self, channel: str) -> None:
        super().__init__(f"not offered on the channel {channel}")
        self.channel = channel


class VariantNotOffered(ProcedureError):
    """The regulation does not know that variant, or one must be chosen and none was."""

    def __init__(self, variant: str | None) -> None:
        super().__init__(f"not offered as {variant or 'no variant'}")
        self.variant = variant


class ArrivedInFuture(ProcedureError):
    """A visitor cannot have come later than now."""

    def __init__(self, arrived_at: datetime) -> None:
        super().__init__(f"arrival at {arrived_at.isoformat()} lies in the future")
        self.arrived_at = arrived_at


class AlreadyFiled(ProcedureError):
    """An application is accepted once."""


class NotFiled(ProcedureError):
    """Nothing can happen to an application before it is accepted."""


class Concluded(ProcedureError):
    """The application has come to its end."""

    def __init__(self, state: State) -> None:
        super().__init__(f"the application is {state}")
        self.state = state


class UnknownStep(ProcedureError):
    """The regulation has no such step for this channel and variant."""

    def __init__(self, step: str) -> None:
        super().__init__(f"no step {step}")
        self.step = step


class StepOutOfOrder(ProcedureError):
    """The step is not open: its turn has not come, or its clock rests."""

    def __init__(self, step: str) -> None:
        super().__init__(f"the step {step} is not open")
        self.step = step


class StepAlreadyCompleted(ProcedureError):
    """The step was completed before."""

    def __init__(self, step: str) -> None:
        super().__init__(f"the step {step} has been completed")
        self.step = step


class WrongPerformer(ProcedureError):
    """The step belongs to another role."""

    def __init__(self, step: str, performer: str) -> None:
        super().__init__(f"the step {step} belongs to the {performer}")
        self.step, self.performer = step, performer


class UnknownOutcome(ProcedureError):
    """The step does not end like that."""

    def __init__(self, step: str, outcome: str) -> None:
        super().__init__(f"the step {step} has no outcome {outcome}")
        self.step, self.outcome = step, outcome


class UnknownGround(ProcedureError):
    """The closed list has no such ground for the step."""

    def __init__(self, step: str, ground: str) -> None:
        super().__init__(f"the step {step} cannot be refused on the ground {ground}")
        self.step, self.ground = step, ground


class ResultNotSealed(ProcedureError):
    """What is not sealed cannot be handed over yet; the seal comes within seconds."""


class NothingToSeal(ProcedureError):
    """No signed result waits for a seal."""


class NothingToAnnul(ProcedureError):
    """There is no sealed result in force."""


class NotReissuable(ProcedureError):
    """No result was annulled, or its successor is already being made."""


class ResultBeingCorrected(ProcedureError):
    """What an annulled result is replaced by is under way: it is neither refused nor withdrawn."""


class NotReschedulable(ProcedureError):
    """The regulation knows no change of time here, or there is no time to change."""


class NotWithdrawable(ProcedureError):
    """The regulation allows no withdrawal here, or the result has been signed."""


class NotCancellable(ProcedureError):
    """The regulation lets no provider cancel or move this, or knows no such ground."""


class AttendanceNotKept(ProcedureError):
    """The regulation records nobody's coming here, or there is no time that he could have come at."""


class AttendanceRecorded(ProcedureError):
    """It was recorded before whether the person came."""


class ResultNotIssued(ProcedureError):
    """A step is open, or the result is not sealed: the time is not confirmed yet."""


class TimeNotCome(ProcedureError):
    """The time given (UTC) lies ahead: nobody can know yet whether the person comes."""

    def __init__(self, scheduled_at: datetime) -> None:
        super().__init__(f"the time given is {scheduled_at.isoformat()}")
        self.scheduled_at = scheduled_at


class CutOffPassed(ProcedureError):
    """Too late to change or withdraw: the cut-off (UTC) has passed."""

    def __init__(self, cut_off_at: datetime) -> None:
        super().__init__(f"the cut-off passed at {cut_off_at.isoformat()}")
        self.cut_off_at = cut_off_at
