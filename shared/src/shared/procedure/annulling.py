"""Putting an issued result out of force, and making a corrected one. A sealed document itself is never changed."""

from shared.procedure.actions import AnnulResult, NothingToAnnul, NotReissuable, Reissue
from shared.procedure.application import State, Status
from shared.procedure.course import Course


def annul(course: Course, action: AnnulResult) -> None:
    """End the force of the sealed result; where a change of time makes a new one already, that goes on undisturbed."""
    application = course.application
    if not (application.sealed or application.superseded):
        raise NothingToAnnul
    followed = application.superseded
    course.annul()
    if not followed:
        course.drop()  # what is annulled is not handed over
        course.remember(signed=False, sealed=False, annulled=True)
        course.move(application.state or State.ISSUED, Status.RESULT_ANNULLED)
    course.tell_of_annulment(action.reason)


def reissue(course: Course, action: Reissue) -> None:
    """Open the signing step in a new round: what it signs gets a new code and is sealed as any result.

    It was decided long ago that the person gets it: this round is completed, and neither refused nor withdrawn.
    """
    application = course.application
    if not application.annulled:
        raise NotReissuable
    course.remember(round=application.round + 1, annulled=False, correcting=True)
    course.move(State.IN_PROGRESS, Status.RESULT_BEING_CORRECTED)
    course.reopen(application.edition.signing_step(application.channel, application.variant), action.limit)
