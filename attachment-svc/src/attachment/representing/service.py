"""Record and revoke rights to act for another, and answer whether one holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.register import repository as register
from attachment.register.errors import PersonDead, PersonNotInRegister, PersonOfAnotherProvider
from attachment.register.models import Known
from attachment.register.service import Register
from attachment.representing import repository
from attachment.representing.errors import RepresentationEnded, RepresentationRecorded, RepresentationRevoked
from attachment.representing.models import NewRepresentation, Representation, Standing
from shared.applications.access_log import record_access
from shared.applications.records import context
from shared.db import new_id, violated
from shared.errors import FieldError, InvalidRequest, NotFound
from shared.personal import Iin, Person, Persons
from shared.procedure import Right
from shared.web import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Representing:
    """Rights of one moment: `rights` are the rules by kind, `today` the local day."""

    session: AsyncSession
    persons: Persons
    rights: Mapping[str, Right]
    now: datetime
    today: date

    async def record(self, new: NewRepresentation, actor: Actor) -> Representation:
        """Keep a right that a document shows, as the staff member `actor` saw it; both persons see the record.

        The represented person must be in the register, which knows his age; the representative need not. Raises
        PersonNotInRegister, PersonDead, PersonOfAnotherProvider, RepresentationEnded, RepresentationRecorded, and
        InvalidRequest for a kind or document that the rules do not know.
        """
        rule = self._rule(new)
        known = await self._represented(new.represented)
        _need_own(known, actor)
        representative = await self.persons.ensure(self.session, new.representative)
        right = Representation(
            id=new_id(), representative=representative.id, represented=known.person.id, kind=new.kind,
            from_on=new.from_on, until_on=_until(new, rule, known.data.birth_date), revoked_at=None,
            representative_iin=new.representative.value,
        )  # fmt: skip
        await self._keep(right, new, known.person, actor)
        seen = [(known.person, None), (representative, None)]
        await record_access(self.session, actor, "representation-recorded", seen, at=self.now)
        return right

    async def revoke(self, representation: UUID, why: str, actor: Actor) -> Representation:
        """End a right from now on. Raises NotFound, PersonOfAnotherProvider, RepresentationRevoked."""
        found = await repository.locked(self.session, representation)
        if found is None:
            raise NotFound
        right, kept = found
        if right.revoked_at is not None:
            raise RepresentationRevoked
        _need_own(await self._entry(right.represented), actor)
        both = await self.persons.get_many(self.session, [right.represented, right.representative])
        content = both[right.represented].seal_json(context("representations", "revoked_for", right.id), {"why": why})
        await repository.revoke(
            self.session, right.id, at=self.now, by=actor.account_id, bin=actor.bin or "", content=content
        )
        seen = [(person, None) for person in both.values()]
        await record_access(self.session, actor, "representation-revoked", seen, at=self.now)
        return replace(await self._named(right, kept, both[right.represented]), revoked_at=self.now)

    async def asked(self, representative: Iin, represented: Iin, actor: Actor | None) -> tuple[Standing, Known | None]:
        """Answer an owning service: where the right holds, with the represented person, who sees that he was named."""
        standing = await self.between(representative, represented)
        if not standing.holds:
            return standing, None
        known = await Register(session=self.session, persons=self.persons).by_iin(represented)
        if known is not None and actor is not None:
            await record_access(self.session, actor, "representation-checked", [(known.person, None)], at=self.now)
        return standing, known

    async def between(self, representative: Iin, represented: Iin) -> Standing:
        """Say whether one may act for the other today."""
        lookups = (self.persons.lookup(representative), self.persons.lookup(represented))
        found = await repository.between(self.session, *lookups, self.today)
        if found is None:
            return Standing(reason="not-recorded")
        right, state = found
        return Standing(reason=right.lacks(self.today) or ("dead" if state == "dead" else None), right=right)

    async def taken(self, representative: Iin, represented: Iin, start: date, until: date | None) -> bool:
        """Tell whether the two have a right for some of these days already, begun or not."""
        lookups = (self.persons.lookup(representative), self.persons.lookup(represented))
        return await repository.taken(self.session, *lookups, start, until)

    async def of_person(self, person: UUID, actor: Actor) -> Sequence[Representation]:
        """List the rights to act for a person; his record and that of each who has one say that they were seen.

        Raises PersonNotInRegister, PersonOfAnotherProvider.
        """
        known = await self._entry(person)
        _need_own(known, actor)
        rights = [
            await self._named(right, kept, known.person)
            for right, kept in await repository.of_person(self.session, person)
        ]  # fmt: skip
        others = await self.persons.get_many(self.session, sorted({each.representative for each in rights}))
        seen = [(each, None) for each in (known.person, *others.values())]
        await record_access(self.session, actor, "representations-listed", seen, at=self.now)
        return rights

    async def _named(self, right: Representation, kept: bytes, represented: Person) -> Representation:
        """Say whose right it is: by the IIN that the register has now, else by that with which it was recorded."""
        if (row := await register.by_id(self.session, right.representative)) is not None:
            own: str | None = Register(session=self.session, persons=self.persons).opened(row).data.iin
        else:
            own = represented.open_json(context("representations", "content", right.id), kept).get("representative")
        return replace(right, representative_iin=own)

    def _rule(self, new: NewRepresentation) -> Right:
        rule = self.rights.get(new.kind)
        if rule is None:
            raise InvalidRequest([FieldError(pointer="/kind", code="invalid")])
        if not rule.shown_by(new.proof.code):
            raise InvalidRequest([FieldError(pointer="/proof/code", code="invalid")])
        if new.representative == new.represented:
            raise InvalidRequest([FieldError(pointer="/represented", code="invalid")])
        return rule

    async def _represented(self, iin: Iin) -> Known:
        known = await Register(session=self.session, persons=self.persons).by_iin(iin)
        if known is None:
            raise PersonNotInRegister
        if known.state == "dead":
            raise PersonDead
        return known

    async def _entry(self, person: UUID) -> Known:
        row = await register.by_id(self.session, person)
        if row is None:
            raise PersonNotInRegister
        return Register(session=self.session, persons=self.persons).opened(row)

    async def _keep(self, right: Representation, new: NewRepresentation, person: Person, actor: Actor) -> None:
        proof = {
            "code": new.proof.code, "number": new.proof.number, "document": new.proof.document,
            "representative": new.representative.value,
        }  # fmt: skip
        values = {
            "id": right.id, "representative": right.representative, "represented": right.represented,
            "kind": right.kind, "from_on": right.from_on, "until_on": right.until_on, "application": new.application,
            "content": person.seal_json(context("representations", "content", right.id), proof),
            "by": actor.account_id, "bin": actor.bin or "", "at": self.now,
        }  # fmt: skip
        try:
            await repository.add(self.session, values)
        except IntegrityError as error:
            if violated(error) == "representations_overlap":
                raise RepresentationRecorded from error
            raise


def _need_own(known: Known, actor: Actor) -> None:
    """Where somebody is enrolled, and nowhere else, is said who may act for him; anyone may for who is nowhere."""
    if known.enrolment is not None and known.enrolment.provider != actor.bin:
        raise PersonOfAnotherProvider


def _until(new: NewRepresentation, rule: Right, born: date) -> date | None:
    """The earlier of what age and document say. Raises RepresentationEnded when that is not after the beginning."""
    ends = [end for end in (rule.ends_on(born, new.from_on), new.until_on) if end is not None]
    until = min(ends, default=None)
    if until is not None and until <= new.from_on:
        raise RepresentationEnded
    return until
