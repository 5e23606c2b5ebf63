"""Consult the registers that a step names, before anybody is given something to sign for it.

The answer decides nothing: it is the performer's to judge what he was told. It is kept as evidence, sealed for the
person; who holds a step that the regulation names is shown it, and it is in no event, journal, record, result or log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from certificate.consulting import repository
from certificate.consulting.asking import ExternalRegister, NoAnswer
from certificate.consulting.errors import ExternalRegisterAway
from certificate.consulting.models import KeptAnswer
from shared.applications.access_log import record_access
from shared.applications.case import CaseFile, Consulting
from shared.applications.records import context
from shared.db import Database, new_id
from shared.personal import Person
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

    async def told(
        self, session: AsyncSession, case: CaseFile, person: Person, step: str
    ) -> Sequence[Mapping[str, Any]]:
        """Give what the performer of a step is told of: the last answer of each register, what it says at least."""
        titles = {
            each.register: each.title.to_json()
            for asking in case.edition.steps
            for each in asking.consultations
            if step in {asking.key, *each.shown_at} and each.fits(Channel(case.channel), case.variant)
        }
        kept = await repository.latest(session, case.id, list(titles)) if titles else []
        return [
            {
                "register": each.register,
                "titles": titles[each.register],
                "listed": said["listed"],
                "as_of": said["as_of"],
                "asked_at": each.asked_at,
            }
            for each in kept
            for said in [orjson.loads(person.open(context("register_answers", "content", each.id), each.content))]
        ]

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
