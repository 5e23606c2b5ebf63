"""Why a step cannot be worked on now."""

from shared.errors import ProblemError


class TaskClaimed(ProblemError):
    """Somebody else works on the task; his claim ends at the latest after half an hour."""

    code = "task-claimed"
    status = 409


class TaskNotClaimed(ProblemError):
    """The caller does not hold the task, or his claim has ended."""

    code = "task-not-claimed"
    status = 409


class TaskClosed(ProblemError):
    """The task is no longer open: it was completed or refused, rests, or the application went another way."""

    code = "task-closed"
    status = 409


class AssigneeUnfit(ProblemError):
    """The colleague does not have the role that carries the step out; `performer` names it."""

    code = "assignee-unfit"
    status = 422


class StepNotPossible(ProblemError):
    """The regulation does not allow this now."""

    status = 409
    variants = ("step-out-of-order", "result-not-sealed", "result-being-corrected", "step-not-possible")


class ChoiceUnknown(ProblemError):
    """The step does not end with that outcome, or cannot be refused on that ground."""

    status = 422
    variants = ("outcome-unknown", "ground-unknown", "ground-missing")


class SignatureNeeded(ProblemError):
    """The step must be prepared and signed."""

    code = "signature-needed"
    status = 409


class SignatureNotNeeded(ProblemError):
    """The step is completed without a signature."""

    code = "signature-not-needed"
    status = 409


class DraftStale(ProblemError):
    """What was signed is no longer what would be done: prepare again."""

    status = 409
    variants = ("draft-stale", "draft-expired", "draft-replaced")


class EarlierSignatureRefused(ProblemError):
    """A signature given earlier in this application does not hold any more."""

    code = "earlier-signature-refused"
    status = 409


class EarlierSignaturesUnjudged(ProblemError):
    """The step follows signed ones, and nobody has said whether their signers' certificates were good then."""

    code = "earlier-signatures-unjudged"
    status = 409


class SignatureUnfit(ProblemError):
    """The CMS cannot be placed in the result document."""

    code = "signature-unfit"
    status = 422
