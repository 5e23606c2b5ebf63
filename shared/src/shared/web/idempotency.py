"""The same Idempotency-Key gets the same answer, also when both requests come at once; only committed answers count.

The claim is a row inserted in the owner's transaction. A parallel repeat waits at the primary key until that
transaction ends: committed, it reads the answer; rolled back, it takes the claim itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from shared.errors import ProblemError
from shared.personal import Person
from shared.web.tables import answers

KEPT = timedelta(days=2)
"""A day at least: of when an answer was given the day is kept, which tells nothing more of whom it names."""


class IdempotencyKeyReused(ProblemError):
    """The key came before with another request."""

    code = "idempotency-key-reused"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A remembered answer."""

    status: int
    body: bytes
    media_type: str

    def response(self) -> Response:
        """Give it again."""
        return Response(self.body, self.status, media_type=self.media_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A key that this transaction holds, or `answer`: what an earlier one answered. Without a key it does nothing."""

    scope: str
    key: str | None
    person: Person | None
    answer: Answer | None = None

    async def remember(
        self, session: AsyncSession, *, status: int, body: bytes, media_type: str = "application/json"
    ) -> None:
        """Store the answer in the owner's transaction."""
        if self.key is None:
            return
        sealed = body if self.person is None else self.person.seal(_context(self.scope, self.key), body)
        await session.execute(
            update(answers)
            .where(answers.c.scope == self.scope, answers.c.key == self.key)
            .values(status=status, media_type=media_type, body=sealed)
        )


async def claim_answer(
    session: AsyncSession, *, scope: str, key: str | None, body: bytes, person: Person | None = None
) -> Claim:
    """Claim a key for this request, waiting for a parallel one that has it; raises `IdempotencyKeyReused`.

    `scope` says whose key it is and for which route (`<account>:POST /applications`). `body` is the request's, and
    what else must be the same. With a `person` the answer is stored sealed for him.
    """
    if key is None:
        return Claim(scope=scope, key=None, person=person)
    digest = sha256(body).digest()
    values = {
        "scope": scope, "key": key, "request_digest": digest, "person_id": None if person is None else person.id,
        "created_at": func.date_trunc("day", func.now()),
    }  # fmt: skip
    claimed = insert(answers).values(values).on_conflict_do_nothing().returning(answers.c.key)
    while (await session.execute(claimed)).one_or_none() is None:
        query = select(answers).where(answers.c.scope == scope, answers.c.key == key)
        if (row := (await session.execute(query)).one_or_none()) is None:
            continue  # swept away between the two statements
        if row.request_digest != digest:
            raise IdempotencyKeyReused
        if row.status is not None:
            return Claim(scope=scope, key=key, person=person, answer=_stored(row, person))
        break  # the earlier transaction committed without an answer: this one gives it
    return Claim(scope=scope, key=key, person=person)


def answer_row(*, scope: str, key: str, request: bytes, answer: Answer, person: Person | None = None) -> dict[str, Any]:
    """Give the whole row of an answer that is known beforehand, for a statement of the owner's own.

    Inserted in the owner's transaction it is claim and memory at once: a parallel repeat waits at the primary key,
    and then breaks it (`pk_answers`); the owner rolls back and gives what `claim_answer` finds.
    """
    sealed = answer.body if person is None else person.seal(_context(scope, key), answer.body)
    return {
        "scope": scope, "key": key, "request_digest": sha256(request).digest(), "status": answer.status,
        "media_type": answer.media_type, "body": sealed, "person_id": None if person is None else person.id,
    }  # fmt: skip


async def forget_answers(session: AsyncSession, kept: timedelta = KEPT) -> int:
    """Remove answers older than `kept`, and tell how many; for a periodic job."""
    statement = delete(answers).where(answers.c.created_at < func.now() - kept).returning(answers.c.key)
    return len((await session.execute(statement)).all())


def _stored(row: Row[Any], person: Person | None) -> Answer:
    sealed = person is not None and row.person_id is not None
    body = person.open(_context(row.scope, row.key), row.body) if person is not None and sealed else row.body
    return Answer(status=row.status, body=body, media_type=row.media_type)


def _context(scope: str, key: str) -> str:
    return f"answers.body:{scope}:{key}"
