"""Register a visitor or caller: one transaction, in which the first step becomes the registrar's task.

Nobody signs: the evidence is the staff member's entry under her account, in history, journal and access record. What
the first step requires (a check in the population register, say) is hers to carry out and to enter when she completes
or refuses that step: registering states nothing of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.access import WrongRole
from shared.applications.access_log import record_access
from shared.applications.case import Accepted, Provider
from shared.applications.fields import check_fields
from shared.applications.filing.accepting import Answer, New, earlier_answer, offering, write
from shared.applications.filing.errors import ProviderUnknown
from shared.applications.filing.models import Claim
from shared.applications.filing.repository import Look, look
from shared.applications.office import Office
from shared.applications.register import NOTHING_ASKED, Acting, Answers
from shared.applications.registering.errors import ArrivalUnfit, ChannelNotOffered
from shared.applications.registering.models import Registered, Registration
from shared.applications.registering.repository import first_task
from shared.applications.representation import (
    NO_DOCUMENT_HELPS,
    Parties,
    RepresentationRefused,
    Representative,
    by_document,
    by_register_or_claim,
    by_word,
)
from shared.applications.tasks.service import Tasks
from shared.errors import FieldError, InvalidRequest
from shared.personal import Iin, Person
from shared.procedure import Channel, Edition
from shared.web import Actor

_NAMES = ("surname", "given_name", "patronymic")


class Registrar:
    """The use case of registering, for one transaction of one request."""

    def __init__(self, office: Office, session: AsyncSession) -> None:
        self._office = office
        self._session = session

    @staticmethod
    def read(  # as it is written down
        office: Office, request: Mapping[str, Any], exact: bytes, actor: Actor, key: str | None, now: datetime
    ) -> Registration:
        """Check what was entered as far as that goes without the database; `request` has the members of VisitIn.

        `exact` is the same in one form: a key that comes with another is refused. Raises IinInvalid.
        """
        applicant = request["applicant"]
        patient = request["patient"] or {"iin": applicant["iin"], "right": None}
        return Registration(
            region=request["region"],
            service=request["service"],
            channel=Channel(request["channel"]),
            variant=request["variant"],
            applicant=Iin.parse(applicant["iin"], allow_test=office.settings.allow_test_identities),
            names={part: applicant[part] for part in _NAMES},
            patient=Iin.parse(patient["iin"], allow_test=office.settings.allow_test_identities),
            patient_names={part: patient.get(part) for part in _NAMES},
            right=patient["right"],
            fields=request["fields"],
            arrived_at=now if request["arrived_at"] is None else request["arrived_at"],
            actor=actor,
            claim=Claim(scope=f"{actor.account_id}:POST /workstation/applications", key=key),
            digest=sha256(exact).digest(),
            now=now,
        )

    async def earlier(self, registration: Registration) -> Registered | None:
        """Find the answer that the same key was given before; raises IdempotencyKeyReused."""
        return await self._earlier(registration, await self._look(registration))

    async def register(
        self, registration: Registration, application: UUID, answers: Answers = NOTHING_ASKED
    ) -> Registered:
        """Accept under the given id, and claim the first step; or give the answer that the key was given before.

        Raises ProblemError for every refusal, Repeated when another request came first meanwhile, and Unanswered where
        the register has to say whether the visitor may act for the patient.
        """
        found = await self._look(registration)
        if (known := await self._earlier(registration, found)) is not None:
            return known
        _check_arrival(registration, self._office.settings.arrived_within)
        provider, edition = self._offered(registration, found.provider)
        check_fields(
            self._office.form(edition, registration.channel, registration.variant), registration.fields, under="/fields"
        )
        representative = self._representative(registration, provider, edition, answers)
        new = New(
            accepted=replace(
                _accepted(registration, application, provider, edition),
                representative=None if representative is None else representative.own(),
            ),
            parties=await self._parties(registration, found.person),
            content=_content(registration, representative),
            claim=registration.claim,
            digest=registration.digest,
            filed_by="staff",
            min_acr="certificate",
        )
        receipt = await write(self._session, self._office, new, now=registration.now)
        return Registered(
            answer=Answer(receipt=receipt, status=201), task=await self._take_on(registration, receipt.id)
        )

    def _representative(
        self, registration: Registration, provider: Provider, edition: Edition, answers: Answers
    ) -> Representative | None:
        """Say who acts for the patient, if anybody: by a document that staff saw, on his word, else by the register.

        A document makes good what the register does not have; what the register has ended is for it alone to give anew.
        """
        if registration.patient == registration.applicant:
            return None
        if registration.by_word:
            if not edition.channels[registration.channel].representative_by_word:
                raise InvalidRequest([FieldError(pointer="/patient/right", code="missing")])
            return by_word(name=registration.name, names=registration.patient_names)
        asked = Acting(applicant=registration.applicant, patient=registration.patient)
        if registration.right is None:
            module = self._office.module(registration.service)
            standing, fields = answers.standing(asked), registration.fields
            return by_register_or_claim(standing, module, fields, name=registration.name)  # staff see its papers
        right, born = registration.right, registration.patient.birth_date
        rule = self._office.regulations.rights.get(right["kind"])
        if rule is None or not rule.shown_by(right["proof"]):
            raise InvalidRequest([FieldError(pointer=f"/patient/right/{'proof' if rule else 'kind'}", code="choice")])
        if born is None:  # the number tells no age, so the register has to
            raise RepresentationRefused.for_("not-recorded")
        if (reason := answers.standing(asked).reason) in NO_DOCUMENT_HELPS:
            raise RepresentationRefused.for_(reason)
        today = registration.arrived_at.astimezone(ZoneInfo(provider.zone)).date()
        shown = {"code": right["proof"], "number": right["number"]}
        names = registration.patient_names
        return by_document(rule, shown, born=born, on=today, name=registration.name, names=names)

    async def _parties(self, registration: Registration, applicant: Person) -> Parties:
        if registration.patient == registration.applicant:
            return Parties(applicant=applicant, patient=applicant)
        patient = await self._office.persons.ensure(self._session, registration.patient)
        # Who is taken at his word for calling finds nothing of the patient's in his own cabinet.
        return Parties(applicant=patient if registration.by_word else applicant, patient=patient)

    async def _look(self, registration: Registration) -> Look:
        return await look(
            self._session,
            self._office.persons,
            registration.applicant,
            provider=registration.actor.bin or "",
            documents=(),
            sha256=None,
            claim=registration.claim,
        )

    async def _earlier(self, registration: Registration, found: Look) -> Registered | None:
        answer = await earlier_answer(self._session, self._office.persons, found, registration.digest)
        if answer is None:
            return None
        return Registered(answer=answer, task=await first_task(self._session, answer.receipt.id))

    def _offered(self, registration: Registration, provider: Provider | None) -> tuple[Provider, Edition]:
        at, edition = offering(
            self._office,
            provider,
            region=registration.region,
            service=registration.service,
            on=registration.arrived_at,
        )
        if registration.service not in at.services:
            raise ProviderUnknown
        if registration.channel not in edition.channels:
            raise ChannelNotOffered
        if (registration.channel, registration.variant) not in edition.routes():
            raise InvalidRequest([FieldError(pointer="/variant", code="choice")])
        if any(variant.key == registration.variant and variant.anonymous for variant in edition.variants):
            raise InvalidRequest([FieldError(pointer="/applicant", code="unknown")])
        first, *_ = edition.steps_for(registration.channel, registration.variant)
        if first.performer not in registration.actor.roles:
            raise WrongRole
        return at, edition

    async def _take_on(self, registration: Registration, application: UUID) -> UUID:
        """Claim the step, which is the registrar's own, and record that she wrote of this person."""
        tasks = Tasks(self._office, self._session, registration.actor, registration.now)
        task, case = await tasks.open(await first_task(self._session, application))
        await tasks.hold(task, case, registration.actor.account_id)
        seen = [(case.person, case.id)]
        await record_access(self._session, registration.actor, "application-registered", seen, at=registration.now)
        return task.id


def _check_arrival(registration: Registration, within: timedelta) -> None:
    """Compare before anything is converted: some instants cannot be. A repeat has its answer however late it comes."""
    if registration.arrived_at > registration.now:
        raise ArrivalUnfit(code="arrival-in-the-future")
    if registration.now - registration.arrived_at > within:
        raise ArrivalUnfit(code="arrival-too-long-ago", hours=int(within.total_seconds() // 3600))


def _accepted(registration: Registration, application: UUID, provider: Provider, edition: Edition) -> Accepted:
    return Accepted(
        id=application,
        region=edition.region,
        service=edition.service,
        provider=provider,
        edition=edition,
        channel=registration.channel,
        variant=registration.variant,
        applicant_iin=registration.applicant.value,
        patient_iin=registration.patient.value,
        fields=registration.fields,
        filed_at=registration.arrived_at.astimezone(UTC),
        actor=registration.actor,
    )


def _content(registration: Registration, representative: Representative | None) -> dict[str, Any]:
    return {
        "applicant": registration.applicant.value,
        "patient": registration.patient.value,
        "name": registration.name,
        "names": dict(registration.names),
        "fields": registration.fields,
        "documents": [],
        **(representative.content() if representative is not None else {}),
    }
