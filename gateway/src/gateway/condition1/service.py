"""Register and log in: signatures are verified here, everything else is decided by auth-svc.

A login is refused with process 2, also where the signature over the challenge is the reason: auth-svc uses the
challenge up, counts and audits the failure. A refused registration proof is process 4.
"""

from datetime import datetime
from typing import Any

from gateway.condition1.forms import RegistrationIn, TokenForm
from gateway.condition2.evidence import evidence
from gateway.condition2.service import Condition2, Occasion
from gateway.condition2.signed import Signed, decoded
from gateway.forms.tokens import FormTokens
from gateway.upstreams import Upstreams
from shared.applications.forms import RegistrationDocument, read_document
from shared.pki.expectation import Expectation
from shared.pki.verdict import Value
from shared.web.client import Reply

_NOT_FOUND = 404
_CHALLENGE_GONE = "challenge-not-found"


class Condition1:
    def __init__(self, upstreams: Upstreams, condition2: Condition2, tokens: FormTokens) -> None:
        self._auth = upstreams.auth
        self._condition2 = condition2
        self._tokens = tokens

    async def register(self, form: RegistrationIn, *, address: str, headers: dict[str, str], now: datetime) -> Reply:
        told: dict[str, Any] = form.model_dump(exclude={"proof"}) | {"client_address": address}
        if form.proof is not None:
            told["proof"] = form.proof.model_dump() | {"evidence": await self._proved(form.proof.read(), now)}
        return await self._auth.post("/users", json=told, headers=headers)

    async def _proved(self, signed: Signed, now: datetime) -> dict[str, Any]:
        document = read_document(RegistrationDocument, signed.document)
        self._tokens.check(document.form_token, purpose="registration", service=None, now=now)
        iin = document.applicant.iin
        expect = Expectation.citizen(iin=iin)
        verdict = await self._condition2.confirm(
            signed,
            expect=expect,
            occasion=Occasion(kind="registration", iin=iin, proved=False),
            at=now,
        )
        return evidence(verdict, expect=expect, received_at=now)

    async def token(self, form: TokenForm, *, address: str, headers: dict[str, str], now: datetime) -> Reply:
        told = form.model_dump(exclude_none=True, exclude={"signature"}) | {"client_address": address}
        if form.grant_type == "refresh_token":
            told = {name: told[name] for name in ("grant_type", "refresh_token", "client_address")}
        elif form.challenge_id is not None and form.signature is not None:
            told |= await self._certificate(form.challenge_id, form.signature, now)
        return await self._auth.post("/auth/token", json=told, headers=headers)

    async def _certificate(self, challenge_id: str, signature: str, now: datetime) -> dict[str, Any]:
        """Read the certificate that signed the challenge; raises SignatureNotJudged, which uses nothing up."""
        challenge = await self._auth.get(f"/internal/challenges/{_segment(challenge_id)}")
        if challenge.status == _NOT_FOUND:
            return {"certificate_refused": _CHALLENGE_GONE}
        signed = Signed(document=challenge.require(200).body, signature=decoded(signature))
        expect = Expectation.person()
        verdict = await self._condition2.judge(signed, expect=expect, at=now)
        signer = verdict.signer
        if verdict.value is not Value.VALID or signer is None:
            return {"certificate_refused": verdict.code.value}
        return {
            "certificate": {
                "iin": signer.iin,
                "bin": signer.bin,
                "roles": list(signer.roles),
                "serial": signer.serial,
                "evidence": evidence(verdict, expect=expect, received_at=now),
            }
        }


def _segment(text: str) -> str:
    """An id has letters, digits and hyphens; anything else is one that nobody gave."""
    return text if text.replace("-", "").isalnum() and text.isascii() else "none"
