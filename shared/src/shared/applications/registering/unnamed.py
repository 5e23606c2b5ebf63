"""Register somebody who says to nobody who he is, where the regulation has a way for that (zhambyl hiv-test 1).

There is no person: the case gets a data key of its own, and what the service hands out (a slip) is answered once. So a
repeat under the same Idempotency-Key is a new visit: the answer to the first could not be given again.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.anonymity import NOBODY
from shared.applications.case import Accepted, Provider
from shared.applications.fields import check_fields
from shared.applications.filing.accepting import Answer, New, offering, write
from shared.applications.filing.errors import ProviderUnknown
from shared.applications.filing.models import Claim
from shared.applications.office import Office
from shared.applications.providers.repository import find
from shared.applications.registering.errors import ChannelNotOffered
from shared.applications.registering.models import Registered
from shared.applications.registering.repository import first_task
from shared.applications.representation import Parties
from shared.applications.tasks.service import Tasks
from shared.errors import FieldError, InvalidRequest
from shared.procedure import Channel, Edition
from shared.web import Actor


async def register_unnamed(
    session: AsyncSession, office: Office, visit: Mapping[str, Any], application: UUID, actor: Actor, now: datetime
) -> Registered:
    """Accept, and claim the first step. `visit` has the members of VisitIn; raises ProblemError for every refusal."""
    provider, edition = await _offered(session, office, visit, actor, now)
    channel = Channel(visit["channel"])
    check_fields(office.form(edition, channel, visit["variant"]), visit["fields"], under="/fields")
    local = now.astimezone(office.clock(provider).local(now).tzinfo)
    nobody = await office.persons.unnamed(session, local.replace(hour=0, minute=0, second=0, microsecond=0))
    new = New(
        accepted=Accepted(
            id=application,
            region=edition.region,
            service=edition.service,
            provider=provider,
            edition=edition,
            channel=channel,
            variant=visit["variant"],
            applicant_iin=NOBODY,
            patient_iin=NOBODY,
            fields=visit["fields"],
            filed_at=now.astimezone(UTC),
            actor=actor,
        ),
        parties=Parties(applicant=nobody, patient=nobody),
        content={
            "applicant": NOBODY,
            "patient": NOBODY,
            "name": NOBODY,
            "names": {},
            "fields": visit["fields"],
            "documents": [],
        },
        claim=Claim(scope=actor.account_id, key=None),
        digest=b"",
        filed_by="staff",
        min_acr="certificate",
    )
    receipt = await write(session, office, new, now=now)
    tasks = Tasks(office, session, actor, now)
    task, case = await tasks.open(await first_task(session, application))
    await tasks.hold(task, case, actor.account_id)
    await record_access(session, actor, "application-registered", [(case.person, case.id)], at=now)
    return Registered(answer=Answer(receipt=receipt, status=201), task=task.id)


async def _offered(
    session: AsyncSession, office: Office, visit: Mapping[str, Any], actor: Actor, now: datetime
) -> tuple[Provider, Edition]:
    found = await find(session, actor.bin or "")
    provider, edition = offering(office, found, region=visit["region"], service=visit["service"], on=now)
    if visit["service"] not in provider.services:
        raise ProviderUnknown
    if visit["channel"] not in edition.channels:
        raise ChannelNotOffered
    if (visit["channel"], visit["variant"]) not in edition.routes():
        raise InvalidRequest([FieldError(pointer="/variant", code="choice")])
    if not any(variant.key == visit["variant"] and variant.anonymous for variant in edition.variants):
        raise InvalidRequest([FieldError(pointer="/applicant", code="missing")])
    told = [name for name in ("patient", "arrived_at") if visit[name] is not None]
    if told:
        raise InvalidRequest([FieldError(pointer=f"/{name}", code="unknown") for name in told])
    if edition.steps_for(Channel(visit["channel"]), visit["variant"])[0].performer not in actor.roles:
        raise WrongRole
    return provider, edition
