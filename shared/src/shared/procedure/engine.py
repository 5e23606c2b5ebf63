"""The one engine: what the regulation makes of an action. It knows no service, region, step, role or limit by name.

`decide` is pure: it reads no clock and no database, changes nothing, and either returns everything that follows from
the action or raises a `ProcedureError`. It serves as its own dry run.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from shared.procedure.actions import (
    Action,
    AlreadyFiled,
    AnnulResult,
    ArrivedInFuture,
    AttendanceNotKept,
    AttendanceRecorded,
    Cancel,
    ChannelNotOffered,
    CompleteStep,
    Concluded,
    CutOffPassed,
    File,
    MarkSealed,
    NotCancellable,
    NotFiled,
    NothingToSeal,
    NotReschedulable,
    NotWithdrawable,
    RecordAttendance,
    RefuseStep,
    Reissue,
    Reschedule,
    ResultBeingCorrected,
    ResultNotIssued,
    ResultNotSealed,
    StepAction,
    StepAlreadyCompleted,
    StepOutOfOrder,
    TimeNotCome,
    UnknownGround,
    UnknownOutcome,
    UnknownStep,
    VariantNotOffered,
    Withdraw,
    WrongPerformer,
)
from shared.procedure.annulling import annul, reissue
from shared.procedure.application import Application, State, Status, Task, TaskState
from shared.procedure.course import Course
from shared.procedure.law import CancellationGround, Channel, Outcome, Result, Step
from shared.procedure.limits import Limit
from shared.procedure.transition import Transition

_ENDED = frozenset({State.REFUSED, State.WITHDRAWN})


def decide(application: Application, action: Action, now: datetime) -> Transition:
    """Say what follows from an action at an instant (aware, UTC). Raises ProcedureError, and CalendarEnds."""
    course = Course(application, now)
    if isinstance(action, File):
        _file(course, action)
        return course.transition()
    if application.state is None:
        raise NotFiled
    if application.state in _ENDED:
        raise Concluded(application.state)
    match action:
        case CompleteStep():
            _complete(course, action)
        case RefuseStep():
            _refuse(course, action)
        case Reschedule() | Withdraw() | Cancel() | RecordAttendance():
            _change(course, action)
        case MarkSealed():
            _mark_sealed(course)
        case AnnulResult():
            annul(course, action)
        case Reissue():
            reissue(course, action)
        case _:
            assert_never(action)
    return course.transition()


def _change(course: Course, action: Reschedule | Withdraw | Cancel | RecordAttendance) -> None:
    match action:
        case Reschedule():
            _reschedule(course, action)
        case Withdraw():
            _withdraw(course)
        case Cancel():
            _cancel(course, action)
        case RecordAttendance():
            _record_attendance(course, action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What the performer must sign to carry out an action: nothing, a step record, or the result document itself.

    `roles` are the object identifiers of which his certificate must carry one.
    """

    kind: Literal["none", "record", "result"]
    roles: tuple[str, ...] = ()
    result: Result | None = None


def signing(application: Application, action: StepAction) -> Signing:
    """Say what an action on a step has to be signed with. Raises what `decide` would raise for the step itself."""
    step, _ = _task(application, action)
    if not step.signed(application.channel, application.variant):
        return Signing(kind="none")
    roles = application.edition.performers[step.performer].certificate_roles
    outcome = _outcome(step, action) if isinstance(action, CompleteStep) else None
    if outcome is None or outcome.opens:
        return Signing(kind="record", roles=roles)
    result = _signed_result(application, step, outcome.finding or application.finding)
    return Signing(kind="result" if result else "record", roles=roles, result=result)


def _file(course: Course, action: File) -> None:
    application, now = course.application, course.now
    if application.state is not None:
        raise AlreadyFiled
    if application.channel not in application.edition.channels:
        raise ChannelNotOffered(application.channel)
    if (application.channel, application.variant) not in application.edition.routes():
        raise VariantNotOffered(application.variant)
    arrived = now if application.channel is Channel.PORTAL else action.arrived_at or now
    if arrived > now:
        raise ArrivedInFuture(arrived)
    course.remember(filed_at=arrived, scheduled_at=action.scheduled_at)
    course.move(State.SUBMITTED, Status.RECEIVED)
    course.happened("submitted")
    if course.rules.registration.after is None:
        course.register()
    course.open(application.line[0], arrived)


def _complete(course: Course, action: CompleteStep) -> None:
    application = course.application
    step, task = _task(application, action)
    outcome = _outcome(step, action)
    if application.signed and not application.sealed:
        raise ResultNotSealed
    if outcome.opens:
        _refer(course, task, outcome.opens)
        return
    course.complete(task, step, outcome)
    if action.scheduled_at:
        course.remember(scheduled_at=action.scheduled_at)
    parent = application.edition.steps_aside().get(step.key)
    if parent:
        _come_back(course, parent)
    else:
        _advance(course, step)


def _refer(course: Course, task: Task, aside: str) -> None:
    """Send the patient to a step aside, once a round; the clock of this step rests until he comes back."""
    if course.application.done(aside):
        raise StepAlreadyCompleted(aside)
    course.rest(task)
    course.move(State.IN_PROGRESS, Status.EXAMINED_ELSEWHERE)
    course.open(course.application.edition.step(aside), course.now)


def _come_back(course: Course, parent: Step) -> None:
    course.move(State.IN_PROGRESS, Status.BEING_CARRIED_OUT)
    course.resume(course.application.live(parent.key)[0], parent)


def _advance(course: Course, step: Step) -> None:
    """Do what the completion of a step of the main line brings with it, then open the next or conclude."""
    application = course.application
    edition = application.edition
    if course.rules.registration.after == step.key:
        course.register()
    if step.key in edition.journal.entered_by:
        course.enter(edition.journal)
    result = _signed_result(application, step, application.finding)
    if result:
        course.sign(result)
    following = application.after(step.key)
    if following:
        course.move(State.IN_PROGRESS, Status.BEING_CARRIED_OUT)
        course.open(following[0], course.now)
    else:
        _conclude(course)


def _conclude(course: Course) -> None:
    """The last step is done: an oral answer is given with it, a document needs its seal first."""
    if course.result.kind == "oral":
        course.issue(Status.ANSWERED_ORALLY)
    elif course.application.sealed:
        course.issue(Status.HANDED_OVER)
    else:
        course.move(State.READY, Status.SIGNED)


def _refuse(course: Course, action: RefuseStep) -> None:
    """Refuse; what the decree registers only after the check is registered all the same, so that it can be appealed."""
    application = course.application
    step, task = _task(application, action)
    grounds = application.edition.grounds_at(step.key, application.channel, application.variant)
    ground = next((one for one in grounds if one.code == action.ground), None)
    if ground is None:
        raise UnknownGround(step.key, action.ground)
    _not_correcting(application)
    course.register()
    course.drop(refused=task)
    course.annul()
    course.refuse(ground)


def _reschedule(course: Course, action: Reschedule) -> None:
    application = course.application
    rule = application.edition.reschedule(application.channel, application.variant)
    if rule is None or application.scheduled_at is None:
        raise NotReschedulable
    _before_cut_off(application.scheduled_at, None if action.by_provider else rule.cut_off, course.now)
    course.drop()
    course.remember(
        round=application.round + 1,
        scheduled_at=action.scheduled_at or application.scheduled_at,
        superseded=application.superseded or application.sealed,
        signed=False,
        sealed=False,
        annulled=False,
        correcting=False,
    )
    course.move(State.IN_PROGRESS, Status.TIME_BEING_CHANGED)
    course.happened("rescheduled")
    course.reopen(application.edition.step(rule.reopens), rule.limit)
    if action.by_provider:
        course.tell("time-changed", _providers_ground(application, action.ground) if action.ground else None)


def _withdraw(course: Course) -> None:
    application = course.application
    rule = application.edition.withdrawal(application.channel, application.variant)
    if rule is None:
        raise NotWithdrawable
    _not_correcting(course.application)
    _end_before_result(course, rule.cut_off)
    course.move(State.WITHDRAWN, Status.WITHDRAWN_BY_APPLICANT)
    course.happened("withdrawn")


def _cancel(course: Course, action: Cancel) -> None:
    ground = _providers_ground(course.application, action.ground)
    _end_before_result(course, None)
    course.move(State.WITHDRAWN, Status.CANCELLED_BY_PROVIDER)
    course.tell("cancellation", ground)
    course.happened("cancelled")


def _providers_ground(application: Application, code: str) -> CancellationGround:
    rule = application.edition.cancellation(application.channel, application.variant)
    ground = rule.ground(code) if rule else None
    if ground is None:
        raise NotCancellable
    return ground


def _record_attendance(course: Course, action: RecordAttendance) -> None:
    """Record whether the person came at the time given, once; who did not come is told how to go on."""
    application = course.application
    if application.edition.attendance(application.channel, application.variant) is None:
        raise AttendanceNotKept
    if application.attended is not None:
        raise AttendanceRecorded
    if application.state is not State.ISSUED:
        raise ResultNotIssued
    if application.scheduled_at is None:
        raise AttendanceNotKept
    if course.now < application.scheduled_at:
        raise TimeNotCome(application.scheduled_at)
    course.remember(attended=action.attended)
    course.move(State.ISSUED, Status.ATTENDED if action.attended else Status.MISSED)
    course.happened("attended" if action.attended else "missed")
    if not action.attended:
        course.tell("missed", None)


def _not_correcting(application: Application) -> None:
    """The decision stands, and may have taken effect: a corrected document cannot end in there being none."""
    if application.correcting:
        raise ResultBeingCorrected


def _end_before_result(course: Course, cut_off: Limit | None) -> None:
    """End an application: before its cut-off where it has a time, before its result is signed where it has none."""
    application = course.application
    if application.scheduled_at:
        _before_cut_off(application.scheduled_at, cut_off, course.now)
    elif application.signed or application.annulled or application.state is State.ISSUED:
        raise NotWithdrawable
    course.drop()
    course.annul()


def _before_cut_off(scheduled_at: datetime, cut_off: Limit | None, now: datetime) -> None:
    """The cut-off lies that much plain time before the time given; without one, the time itself is the last moment."""
    last = scheduled_at - cut_off.duration if cut_off else scheduled_at
    if now >= last:
        raise CutOffPassed(last)


def _mark_sealed(course: Course) -> None:
    """The seal is in: the result is issued, unless steps (the handing over) are still to come."""
    application = course.application
    if not application.signed or application.sealed:
        raise NothingToSeal
    course.annul()
    course.remember(sealed=True, correcting=False)
    course.happened("result-sealed")
    if not application.live():
        course.issue(Status.DOCUMENT_ISSUED)


def _task(application: Application, action: StepAction) -> tuple[Step, Task]:
    """The step of an action, its task open, and its performer acting."""
    step = next((step for step in application.steps if step.key == action.step), None)
    if step is None:
        raise UnknownStep(action.step)
    if step.performer not in action.by:
        raise WrongPerformer(step.key, step.performer)
    task = next((task for task in application.live(step.key) if task.state is TaskState.OPEN), None)
    if task is None:
        raise StepAlreadyCompleted(step.key) if application.done(step.key) else StepOutOfOrder(step.key)
    return step, task


def _outcome(step: Step, action: CompleteStep) -> Outcome:
    outcome = step.outcome(action.outcome)
    if outcome is None:
        raise UnknownOutcome(step.key, action.outcome)
    return outcome


def _signed_result(application: Application, step: Step, finding: str | None) -> Result | None:
    """The document that this step's signature goes into, if it is the step that signs the result."""
    edition = application.edition
    if step.key != edition.signing_step(application.channel, application.variant).key:
        return None
    result = edition.result(application.channel, application.variant, finding)
    return result if result.kind == "document" else None
