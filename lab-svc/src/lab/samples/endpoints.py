"""`POST /samples/receptions`, `GET /samples/alarms`: the laboratory's own routes, by the code on the tube alone."""

from lab.samples.errors import SampleCodeMistyped, SampleReceivedBefore, SampleUnknown
from lab.samples.service import Laboratory
from shared.applications.access import Staff, TheOffice, WrongRole
from shared.shapes.laboratory import SampleIn, SampleOut, SamplesOut
from shared.web import Here, Now, Router, problems

router = Router(tags=["samples"])


@router.post(
    "/samples/receptions", responses=problems(WrongRole, SampleCodeMistyped, SampleUnknown, SampleReceivedBefore)
)
async def receive_sample(request: SampleIn, office: TheOffice, actor: Staff, here: Here, now: Now) -> SampleOut:
    """Receive a tube in the laboratory; a code that is unknown, read twice or another laboratory's is recorded."""
    laboratory = Laboratory(database=here.database, office=office, actor=actor, now=now)
    return SampleOut.model_validate(await laboratory.receive(request.sample_code))


@router.get("/samples/alarms", responses=problems(WrongRole))
async def list_alarms(office: TheOffice, actor: Staff, here: Here, now: Now) -> SamplesOut:
    """List tubes that have no finding although the earliest limit has passed."""
    laboratory = Laboratory(database=here.database, office=office, actor=actor, now=now)
    return SamplesOut.model_validate({"items": await laboratory.alarmed()})
