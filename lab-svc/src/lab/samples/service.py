"""A sample's way: drawn in the procedure room, received and judged in the laboratory, which knows its code alone.

Zhambyl hiv-test 5(2), 5(3). Which step draws and which judges is data: the one that is blind judges.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lab.digits import CodeMistyped
from lab.samples import repository
from lab.samples.codes import printed, read_sample_code
from lab.samples.errors import (
    SampleCodeMistyped,
    SampleCodeTaken,
    SampleNotReceived,
    SampleOfAnotherTask,
    SampleReceivedBefore,
    SampleUnknown,
)
from lab.samples.models import Sample
from shared.applications.access import WrongRole
from shared.applications.anonymity import country_day
from shared.applications.case import CaseFile
from shared.applications.office import Office
from shared.db import Database
from shared.errors import ProblemError
from shared.procedure import Channel, WorkingClock
from shared.procedure.deadlines import deadline
from shared.web import Actor

_LONGEST_LIST = 500


def read(typed: str) -> str:
    """Read a code; raises SampleCodeMistyped."""
    try:
        return read_sample_code(typed)
    except CodeMistyped:
        raise SampleCodeMistyped from None


def alarm_at(case: CaseFile, clock: WorkingClock, now: datetime) -> datetime | None:
    """Say when the laboratory is alarmed: at the earliest limit that may turn out to hold, the same for all samples."""
    blind = next(step for step in case.edition.steps if step.blind)
    rules = case.edition.limit_rules(blind, Channel(case.channel), case.variant, None)
    dues = [deadline(rule.limit, case.filed_at if rule.starts == "handing-in" else now, clock) for rule in rules]
    return min((due.due_at for due in dues), default=None)


async def draw(session: AsyncSession, sample: Sample, *, dry_run: bool) -> None:
    """Take the code of the tube for the case; raises SampleCodeTaken."""
    taken = await repository.by_code(session, sample.code) is not None
    if taken or (not dry_run and not await repository.add(session, sample)):
        raise SampleCodeTaken


async def judge(session: AsyncSession, application: UUID, code: str, *, dry_run: bool) -> None:
    """Let a finding be entered for the tube that was read; raises SampleOfAnotherTask, SampleNotReceived."""
    sample = await repository.of(session, application)
    if sample is None or sample.code != code:
        raise SampleOfAnotherTask
    if sample.received_at is None:
        raise SampleNotReceived
    if not dry_run:
        await repository.judge(session, application)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laboratory:
    """What the staff of a laboratory do with tubes, each in a transaction of its own."""

    database: Database
    office: Office
    actor: Actor
    now: datetime

    async def receive(self, typed: str) -> dict[str, str]:
        """Receive a tube, once.

        Raises WrongRole, SampleCodeMistyped; and SampleUnknown (also for another laboratory's) and
        SampleReceivedBefore, which leave a record.
        """
        self._need_role()
        code = read(typed)
        async with self.database.transaction() as session:
            refusal, why = await self._received(session, code)
            if refusal is not None:
                await self._keep_refusal(session, code, why)
        if refusal is not None:
            raise refusal
        return {"sample_code": printed(code)}

    async def _received(self, session: AsyncSession, code: str) -> tuple[ProblemError | None, str]:
        sample = await repository.by_code(session, code)
        if sample is None:
            return SampleUnknown(), "unknown"
        if sample.laboratory != self.actor.bin:
            return SampleUnknown(), "elsewhere"
        if not await repository.receive(session, code, self.now):
            return SampleReceivedBefore(), "twice"
        return None, ""

    async def _keep_refusal(self, session: AsyncSession, code: str, why: str) -> None:
        account, laboratory = self.actor.account_id, self.actor.bin
        day = country_day(self.now)  # the tube may be an anonymous one's
        await repository.refused(session, code=code, laboratory=laboratory, account=account, at=day, why=why)

    async def alarmed(self) -> list[dict[str, str]]:
        """List tubes without a finding whose earliest limit has passed; raises WrongRole."""
        self._need_role()
        async with self.database.transaction() as session:
            found = await repository.alarmed(session, self.actor.bin or "", self.now, _LONGEST_LIST)
        return [{"sample_code": printed(sample.code)} for sample in found]

    def _need_role(self) -> None:
        """Let the performers of blind steps through."""
        editions = self.office.regulations.current(self.now.date(), self.office.service)
        if not {step.performer for edition in editions for step in edition.steps if step.blind} & self.actor.roles:
            raise WrongRole
