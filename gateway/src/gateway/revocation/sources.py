"""Lists and answers by their hash, as evidence names them: kept once, and for as long as evidence may name them."""

from gateway.revocation import repository
from shared.db import Database
from shared.pki.ocsp import FetchedAnswer
from shared.pki.verdict import SourceKind, Verdict


class Sources:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, answer: FetchedAnswer, verdict: Verdict) -> None:
        """Keep an answer that a verdict stands on, before anybody is told the verdict."""
        used = [one for one in verdict.evidence.revocation if one.kind is SourceKind.ANSWER]
        async with self._database.transaction() as session:
            for source in used:
                await repository.store_answer(session, source.sha256, answer.data, fetched_at=answer.fetched_at)

    async def read(self, sha256: str) -> bytes | None:
        """Give a list's or an answer's bytes; None when it is not held."""
        async with self._database.transaction() as session:
            return await repository.data(session, sha256)
