"""`POST /slots/{slot}/hold` and `DELETE`: ten minutes to sign, one slot at a time; the length is the regulation's."""

from booking.appointments.errors import SlotAlreadyTaken, SlotInThePast, SlotOutsideSchedule
from booking.holds.errors import HoldNotOffered
from booking.holds.service import Holds
from shared.applications.access import Citizen, TheOffice
from shared.errors import NotFound
from shared.shapes.reception import HoldOut
from shared.web import Now, Router, Session, problems

router = Router(tags=["slots"])

SERVICE = "booking"
_REFUSALS = problems(NotFound, HoldNotOffered, SlotAlreadyTaken, SlotInThePast, SlotOutsideSchedule)


@router.post("/slots/{slot}/hold", responses=_REFUSALS)
async def hold_slot(slot: str, session: Session, office: TheOffice, actor: Citizen, now: Now) -> HoldOut:
    """Hold a free slot in place of any other; answers a repeat alike, and does not prolong."""
    holds = Holds(session=session, office=office, service=SERVICE, account=actor.account_id, now=now)
    return HoldOut.model_validate(await holds.hold(office.parse(slot)))


@router.delete("/slots/{slot}/hold", status_code=204, responses=problems(NotFound))
async def let_slot_go(slot: str, session: Session, office: TheOffice, actor: Citizen, now: Now) -> None:
    """Let the slot go before its time; where there is nothing to let go, that is well too."""
    holds = Holds(session=session, office=office, service=SERVICE, account=actor.account_id, now=now)
    await holds.let_go(office.parse(slot))
