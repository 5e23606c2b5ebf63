"""What a step requires of the patient before it ends, as the population register says it.

A step is completed when it holds, and refused on the precondition's ground when it does not: neither is anybody's word.
"""

from collections.abc import Sequence

from shared.applications.office import Office
from shared.applications.records import OpenCase
from shared.applications.register import Answers, Lack, Requirement
from shared.applications.remedies import remedy
from shared.errors import ProblemError
from shared.personal import Iin
from shared.procedure import CompleteStep, Precondition, RefuseStep, Step


class PreconditionNotMet(ProblemError):
    """The register says that what the step requires does not hold; the step is to be refused on the ground named."""

    code = "precondition-not-met"
    status = 409


class PreconditionHolds(ProblemError):
    """The register says that it holds: the step is not refused on that ground."""

    code = "precondition-holds"
    status = 409


def check_preconditions(
    office: Office, case: OpenCase, step: Step, action: CompleteStep | RefuseStep, answers: Answers
) -> None:
    """Compare the action with the register. Raises Unanswered, PreconditionNotMet, PreconditionHolds.

    A result that is only made anew was decided on when it was first made: nothing is asked again.
    """
    if case.engine.correcting:
        return
    required = [each for each in step.preconditions if each.fits(case.engine.channel, case.engine.variant)]
    if isinstance(action, RefuseStep):
        required = [each for each in required if each.ground == action.ground]
    if not required:
        return
    lacks = answers.lacks(*(_question(case, each) for each in required))
    if isinstance(action, CompleteStep):
        _need_all(office, case, required, lacks)
    elif not any(lacks):
        raise PreconditionHolds(extra={"precondition": required[0].require, "ground": {"code": action.ground}})


def _question(case: OpenCase, required: Precondition) -> Requirement:
    iin = Iin.parse(case.file.patient_iin, allow_test=True)
    return Requirement(iin=iin, require=required.require, provider=case.file.provider.bin)


def _need_all(office: Office, case: OpenCase, required: Sequence[Precondition], lacks: Sequence[Lack | None]) -> None:
    for each, lack in zip(required, lacks, strict=True):
        if lack is None:
            continue
        ground, helps = case.edition.ground(each.ground), remedy(office, case.edition, each.ground)
        extra = {
            "precondition": each.require,
            "reason": lack,
            "ground": {"code": each.ground, "texts": ground.text.to_json() if ground else {}},
            "remedy": helps.to_json() if helps else None,
        }
        raise PreconditionNotMet(extra=extra)
