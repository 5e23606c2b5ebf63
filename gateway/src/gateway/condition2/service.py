"""Judge a signature at the gateway's receipt; a refusal is written down before it is told.

1. The verdict of `shared.pki`, with an OCSP answer where the lists held do not decide and a responder is configured.
2. Unknown: 503 with Retry-After; nothing is stored or used up.
3. Invalid: a numbered notice of process 4 (gateway's database), 422 with its number.
4. Valid: the verdict with its evidence, for the owner to store with the application.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.condition2.errors import SignatureNotConfirmed, SignatureNotJudged
from gateway.condition2.responders import Responders
from gateway.condition2.signed import Signed
from gateway.notices.service import Notices, Refusal
from gateway.revocation.sources import Sources
from shared.pki.codes import Code
from shared.pki.expectation import Expectation
from shared.pki.verdict import Value, Verdict
from shared.pki.verifier import Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """For what was it signed, and whose cabinet a refusal goes to; `proved` when a session stands behind the IIN."""

    kind: str
    iin: str
    proved: bool
    service: str | None = None
    task_id: str | None = None


class Condition2:
    def __init__(self, verifier: Verifier, responders: Responders, sources: Sources, notices: Notices) -> None:
        self._verifier = verifier
        self._responders = responders
        self._sources = sources
        self._notices = notices

    async def judge(self, signed: Signed, *, expect: Expectation, at: datetime) -> Verdict:
        """Give the verdict, valid or invalid; raises SignatureNotJudged for unknown."""
        verdict = self._verifier.verify(signed.document, signed.signature, at=at, expect=expect)
        if verdict.value is Value.UNKNOWN and (question := self._verifier.question(verdict)) is not None:
            answer = await self._responders.ask(question, at=at)
            if answer is not None:
                verdict = self._verifier.verify(
                    signed.document, signed.signature, at=at, expect=expect, answers=(answer,)
                )
                await self._sources.keep(answer, verdict)
        if verdict.value is Value.UNKNOWN:
            raise SignatureNotJudged
        return verdict

    async def good_then(self, path: Sequence[bytes], *, signed_at: datetime, now: datetime) -> bool:
        """Say whether a signer's certificate was good when he signed, by what is known now.

        A revocation learnt since, with a date before his signature, counts; one of a later date does not. Raises
        SignatureNotJudged for unknown.
        """
        code = self._verifier.standing(path, signed_at=signed_at, now=now)
        if code is Code.NO_REVOCATION_DATA and (question := self._verifier.question_about(path)) is not None:
            answer = await self._responders.ask(question, at=now)
            if answer is not None:
                code = self._verifier.standing(path, signed_at=signed_at, now=now, answers=(answer,))
        if code is Code.NO_REVOCATION_DATA:
            raise SignatureNotJudged
        return code is Code.VALID

    async def confirm(
        self, signed: Signed, *, expect: Expectation, stated_iin: str | None = None, occasion: Occasion, at: datetime
    ) -> Verdict:
        """Give a valid verdict; raises SignatureNotConfirmed once the notice of process 4 is stored.

        `stated_iin` is the applicant's in the document: the decrees compare it with the certificate's.
        """
        verdict = await self.judge(signed, expect=expect, at=at)
        if (
            verdict.value is Value.VALID
            and stated_iin is not None
            and (verdict.signer is None or verdict.signer.iin != stated_iin)
        ):
            verdict = replace(verdict, code=Code.IIN_MISMATCH, detail="the document states another person's IIN")
        if verdict.value is Value.INVALID:
            number = await self._notices.form(
                Refusal(
                    occasion=occasion.kind,
                    iin=occasion.iin,
                    in_cabinet=occasion.proved,
                    service=occasion.service,
                    task_id=occasion.task_id,
                    code=verdict.code.value,
                    step=verdict.step,
                    clause=verdict.clause,
                    detail=verdict.detail,
                    document=signed.document,
                    signature=signed.signature,
                ),
                at=at,
            )
            raise SignatureNotConfirmed(
                code=verdict.code.value, extra={"notice": number, "step": verdict.step, "clause": verdict.clause}
            )
        return verdict
