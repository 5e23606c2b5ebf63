"""Take a request for enrolment, check it at each step, and carry it out at the last.

A request that is refused at once uses up nothing. What the register says of a patient is told to nobody who has not
shown that he may act for him: there the provider's staff look, and refuse on a ground of the regulation.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.districts.repository import name_of
from attachment.register.enrolling import Basis, Enrolling
from attachment.register.errors import AlreadyAttachedHere, PersonDead, PersonNotInRegister
from attachment.register.models import Known
from attachment.register.repository import made_by
from attachment.register.service import Register
from attachment.representing.errors import RepresentationEnded, RepresentationRecorded
from attachment.representing.models import NewRepresentation
from attachment.representing.service import Representing
from attachment.requests import repository
from attachment.requests.errors import RequestAlreadyOpen, RightNotShown
from attachment.requests.models import ClaimedRight, Wanted
from shared.applications.case import Accepted, CaseFile, Completing, Provider, StepEffect
from shared.applications.office import Means
from shared.applications.representation import NO_DOCUMENT_HELPS, RepresentationRefused
from shared.db import violated
from shared.errors import FieldError, InvalidRequest
from shared.personal import Iin
from shared.procedure import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Requests to one provider at one moment."""

    session: AsyncSession
    means: Means
    provider: Provider
    now: datetime

    @property
    def today(self) -> date:
        """Give the provider's local day."""
        return self.now.astimezone(ZoneInfo(self.provider.zone)).date()

    # ------------------------------------------------------------------------------------------------------- taking
    async def take(self, application: Accepted) -> Mapping[str, Any]:
        """Open the request, and tell in which district it falls.

        Raises RightNotShown, RepresentationEnded, RequestAlreadyOpen, AddressOutsideDistricts, PersonDead,
        AlreadyAttachedHere, RepresentationRecorded, InvalidRequest.
        """
        wanted = Wanted.read(application.edition, application.fields)
        right = wanted.right or ClaimedRight.seen(application.representative)
        patient = Iin(application.patient_iin)
        known = await self._register.by_iin(patient)
        proved = await self._may_act(application, right, known)
        if proved and known is not None:
            self._check_entry(known)
        district = await self._enrolling.district(wanted.residence, self.provider)
        person = await self.means.persons.ensure(self.session, patient)
        claimant = None
        if not proved:
            claimant = (await self.means.persons.ensure(self.session, Iin(application.applicant_iin))).id
        async with _one():
            await repository.open_request(self.session, person.id, claimant, application.id)
        # That has waited for a request which just ended, by enrolling him perhaps: the register is read once more.
        if proved and (now := await self._register.by_iin(patient)) is not None:
            self._check_entry(now)
        return {"district": await name_of(self.session, district)}

    async def _may_act(self, application: Accepted, right: ClaimedRight | None, known: Known | None) -> bool:
        """Tell whether the applicant's right is known, rather than claimed; raises where it is not even that."""
        representative = application.representative
        if representative is None or representative["shown_by"] == "register":
            return True
        if right is None:
            raise RightNotShown
        applicant, patient = Iin(application.applicant_iin), Iin(application.patient_iin)
        if not (await self._representing.between(applicant, patient)).holds:
            await self._check_claim(right, applicant, patient, known)
        return application.channel != Channel.PORTAL  # staff at the window saw the document

    async def _check_claim(self, right: ClaimedRight, applicant: Iin, patient: Iin, known: Known | None) -> None:
        """Check that the right could be recorded from today on."""
        rule = self.means.regulations.rights.get(right.kind)
        if rule is None or not rule.shown_by(right.proof.code):
            pointer = "/fields/representation/" + ("kind" if rule is None else "proof")
            raise InvalidRequest([FieldError(pointer=pointer, code="choice")])
        born = known.data.birth_date if known is not None else patient.birth_date
        ends = rule.ends_on(born, self.today) if born is not None else None
        if ends is not None and ends <= self.today:
            raise RepresentationEnded
        if await self._representing.taken(applicant, patient, self.today, ends):
            raise RepresentationRecorded

    def _check_entry(self, known: Known) -> None:
        if known.state == "dead":
            raise PersonDead
        if known.enrolment is not None and known.enrolment.provider == self.provider.bin:
            raise AlreadyAttachedHere

    async def let_go(self, case: CaseFile) -> None:
        """Let the person ask again: the request was refused or withdrawn."""
        await repository.close_request(self.session, case.id)

    # ------------------------------------------------------------------------------------------------- carrying out
    async def carry_out(self, step: Completing) -> StepEffect:
        """Check that the patient can be enrolled, and enrol him with the last step.

        What the register says of the patient stands in no record of a step while the right to act is only claimed.

        A step that is carried out again, for a corrected talon, enrols nobody: it says what the first time came to.
        Raises PersonNotInRegister, PersonDead, AlreadyAttachedHere, AddressOutsideDistricts, RepresentationEnded,
        RepresentationRecorded, RepresentationRefused, RequestAlreadyOpen.
        """
        case = step.case
        wanted = Wanted.read(case.edition, case.fields)
        known = await self._register.by_iin(Iin(case.patient_iin))
        if known is None:
            raise PersonNotInRegister
        if (said := await self._done(case)) is not None:
            data = {**step.data, "patient": self._shown(known), "address": wanted.residence.written(), **said}
            return StepEffect(data=data, details={"attachment": said})
        right = await self._right_to_record(case, wanted.right or ClaimedRight.seen(case.representative), known)
        data, patient = {**step.data, "address": wanted.residence.written()}, {"patient": self._shown(known)}
        district = await self._enrolling.check(known.person.id, self.provider, wanted.residence)
        if not _is_last(step):
            only_claimed = right is not None and (case.representative or {}).get("shown_by") == "application"
            return StepEffect(data=data if only_claimed else {**data, **patient}, journal=patient)
        if await repository.has_rival(self.session, case.id):
            raise RequestAlreadyOpen
        said = {"district": await name_of(self.session, district), "since": self.today.isoformat()}
        if not step.dry_run:
            await self._enrol(step, known, wanted, right)
        return StepEffect(data={**data, **patient, **said}, details={"attachment": said})

    async def _done(self, case: CaseFile) -> dict[str, str] | None:
        """Say what the application has done already: since when its person is enrolled, and in which district."""
        before: dict[str, str] = dict(case.details.get("attachment", {}))
        if "since" not in before:
            return None
        period = await made_by(self.session, case.id)
        if period is None:
            return before
        return {"district": period.district or before["district"], "since": period.started_on.isoformat()}

    async def _right_to_record(self, case: CaseFile, right: ClaimedRight | None, known: Known) -> ClaimedRight | None:
        """Give the right that the performer's signature is going to confirm; None where one is on record already."""
        applicant, patient = Iin(case.applicant_iin), Iin(case.patient_iin)
        if applicant == patient:
            return None
        standing = await self._representing.between(applicant, patient)
        if standing.holds:
            return None
        if standing.reason in NO_DOCUMENT_HELPS:  # who revoked it records it anew, or nobody does
            raise RepresentationRefused.for_(standing.reason)
        if right is None:
            raise RightNotShown
        await self._check_claim(right, applicant, patient, known)
        return right

    async def _enrol(self, step: Completing, known: Known, wanted: Wanted, right: ClaimedRight | None) -> None:
        """Enrol before the right is kept: only where somebody is enrolled may be said who acts for him."""
        case, person = step.case, known.person.id
        async with _one():
            await repository.prove(self.session, case.id)
        basis = Basis(application=case.id, residence=wanted.residence, actor=step.actor)
        await self._enrolling.enrol(person, self.provider, self.today, basis=basis)
        if right is not None:
            new = NewRepresentation(
                representative=Iin(case.applicant_iin), represented=Iin(case.patient_iin), kind=right.kind,
                from_on=self.today, proof=right.proof, application=case.id,
            )  # fmt: skip
            await self._representing.record(new, step.actor)
        await repository.close_request(self.session, case.id)

    def _shown(self, known: Known) -> dict[str, Any]:
        """Say of the patient what journal and talon have of him, as the register knows him."""
        data, born = known.data, known.data.birth_date
        return {
            "surname": data.surname, "given_name": data.given_name, "patronymic": data.patronymic, "name": data.name,
            "sex": data.sex, "birth_date": born.isoformat(),
            "age": self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day)),
        }  # fmt: skip

    @property
    def _register(self) -> Register:
        return Register(session=self.session, persons=self.means.persons)

    @property
    def _enrolling(self) -> Enrolling:
        means = self.means
        return Enrolling(session=self.session, persons=means.persons, outbox=means.outbox, now=self.now)

    @property
    def _representing(self) -> Representing:
        means = self.means
        return Representing(
            session=self.session, persons=means.persons, rights=means.regulations.rights, now=self.now,
            today=self.today,
        )  # fmt: skip


@asynccontextmanager
async def _one() -> AsyncIterator[None]:
    try:
        yield
    except IntegrityError as error:
        if violated(error) in repository.ONE:
            raise RequestAlreadyOpen from error
        raise


def _is_last(step: Completing) -> bool:
    line = step.case.edition.steps_for(Channel(step.case.channel), None)
    return line[-1].key == step.step
