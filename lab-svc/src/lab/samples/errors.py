"""Why a sample is not taken, received or judged."""

from shared.errors import ProblemError


class SampleCodeMistyped(ProblemError):
    """The check character does not fit: it was misread."""

    code = "sample-code-mistyped"
    status = 422


class SampleCodeTaken(ProblemError):
    """A sample with this code was drawn before."""

    code = "sample-code-taken"
    status = 409


class SampleUnknown(ProblemError):
    """No sample with this code was sent to this laboratory."""

    code = "sample-unknown"
    status = 409


class SampleReceivedBefore(ProblemError):
    """It was received already: one of two tubes carries a code that is not its own."""

    code = "sample-received-before"
    status = 409


class SampleNotReceived(ProblemError):
    """The laboratory has not received it yet, so it cannot have found anything in it."""

    code = "sample-not-received"
    status = 409


class SampleOfAnotherTask(ProblemError):
    """The tube that was read is not the one of this task."""

    code = "sample-of-another-task"
    status = 409
