"""Consult the registers that a step names, before anybody is given something to sign for it.

The answer decides nothing: it is the performer's to judge what he was told. It is kept as evidence, sealed for the
person, and leaves the service in no event, journal, record, result or log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from certificate.consulting import repository
from certificate.consulting.asking import ExternalRegister, NoAnswer
from certificate.consulting.errors import ExternalRegisterAway
from certificate.consulting.models import KeptAnswer
from shared.applications.access_log import record_access
from shared.applications.case import Consulting
from shared.applications.records import context
from shared.db import Database, new_id
from shared.procedure import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultations:
    """Asks registers by the name that regulations give them; `registers` are those that have an address."""

    registers: Mapping[str, ExternalRegister]

    async def consult(self, database: Database, asked: Consulting) -> None:
        """Ask every register of the step, and keep what each said; all or nothing. Raises ExternalRegisterAway."""
        case, step = asked.case, asked.case.edition.step(asked.step)
        wanted = [each for each in step.consultations if each.fits(Channel(case.channel), case.variant)]
        answers = []
        for each in wanted:
            try:
                answers.append((each.register, await self.registers[each.register].ask(case.patient_iin)))
            except (KeyError, NoAnswer):
                raise ExternalRegisterAway(each.register, each.title.to_json()) from None
        if answers:
            await self._keep(database, asked, answers)

    async def _keep(self, database: Database, asked: Consulting, answers: list[tuple[str, bytes]]) -> None:
        case, person = asked.case, asked.person
        async with database.transaction() as session:
            for register, answer in answers:
                id_ = new_id()
                kept = KeptAnswer(
                    id=id_,
                    application=case.id,
                    task=asked.task_id,
                    register=register,
                    person=person.id,
                    sha256=sha256(answer).digest(),
                    content=person.seal(context("register_answers", "content", id_), answer),
                    asked_by=asked.actor.account_id,
                    asked_at=asked.now,
                )
                await repository.keep(session, kept)
            await record_access(session, asked.actor, "register-consulted", [(person, case.id)], at=asked.now)
