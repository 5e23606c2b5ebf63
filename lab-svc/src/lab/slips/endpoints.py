"""`POST /slips/openings`: staff enter the slip that somebody shows; a code never stands in an address."""

from typing import cast

from lab.settings import Settings
from lab.slips.errors import SlipMistyped, SlipUnknown
from lab.slips.service import Slips
from shared.applications.access import Staff, TheOffice, WrongRole
from shared.errors import TooManyRequests
from shared.shapes.laboratory import SlipIn, SlipOut
from shared.web import Here, Now, Router, problems

router = Router(tags=["slips"])


@router.post("/slips/openings", responses=problems(WrongRole, TooManyRequests, SlipMistyped, SlipUnknown))
async def open_slip(request: SlipIn, office: TheOffice, actor: Staff, here: Here, now: Now) -> SlipOut:
    """Find an anonymous test by its slip."""
    settings = cast("Settings", office.settings)
    slips = Slips(database=here.database, office=office, settings=settings, actor=actor, now=now)
    return SlipOut.model_validate(await slips.open(request.slip))
