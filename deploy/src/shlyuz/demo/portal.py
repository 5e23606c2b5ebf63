"""A citizen at the portal: registers, logs in, fills in the form, signs it, follows the application."""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.pki.signing import SigningKey, sign
from shlyuz.demo.api import Api, request_id, signed_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sits before the screen. `password` opens the account, `key` signs."""

    iin: str
    name: str
    password: str
    key: SigningKey
    phone: str = "+77011234567"
    language: str = "kk"


@dataclass(frozen=True, slots=True)
class Portal:
    """What a portal frontend does for one citizen."""

    api: Api
    person: Person

    async def register(self, *, with_certificate: bool) -> Any:
        """Register: with a signed proof (akmola 8(1)), or with IIN and password alone (zhambyl 11(1))."""
        body: dict[str, Any] = {
            "iin": self.person.iin,
            "password": self.person.password,
            "phone": self.person.phone,
            "language": self.person.language,
        }
        if with_certificate:
            form = await self.api.get("/forms/registration")
            proof = {
                "purpose": "registration",
                "audience": "shlyuz",
                "request_id": request_id(),
                "applicant": {"iin": self.person.iin},
                "form_token": form["form_token"],
            }
            body["proof"] = self.sign(proof)
        return await self.api.post("/users", body)

    async def log_in(self, *, with_certificate: bool, password: str | None = None) -> Mapping[str, Any]:
        """Log in (process 1, condition 1): by IIN, or by a signed challenge from which the IIN is read."""
        secret = self.person.password if password is None else password
        if not with_certificate:
            return await self.api.log_in(username=self.person.iin, password=secret)
        return await log_in_with_key(self.api, self.person.key, secret)

    async def form(self, service: str) -> Any:
        """Fetch the form's JSON Schema with its form token."""
        return await self.api.get(f"/services/{service}/form")

    async def upload(self, service: str, content: bytes, media_type: str) -> dict[str, str]:
        """Upload a supporting document and name it as the application will."""
        response = await self.api.request(
            "POST", "/documents", params={"service": service}, content=content, headers={"Content-Type": media_type}
        )
        answer = response.json()
        return {"id": answer["id"], "sha256": answer["sha256"]}

    async def fill_in(
        self, service: str, provider: str, fields: Mapping[str, Any], documents: Sequence[Mapping[str, str]] = ()
    ) -> dict[str, Any]:
        """Make the document that the citizen is going to sign."""
        form = await self.form(service)
        region, _, name = service.partition(".")
        return {
            "purpose": "application",
            "audience": "shlyuz",
            "request_id": request_id(),
            "applicant": {"iin": self.person.iin},
            "patient": {"iin": self.person.iin},
            "region": region,
            "service": name,
            "provider": provider,
            "fields": dict(fields),
            "documents": [dict(each) for each in documents],
            "form_token": form["form_token"],
        }

    def sign(self, document: Mapping[str, Any], key: SigningKey | None = None) -> dict[str, str]:
        """Sign the document's bytes: what is stored, shown and verified is exactly these."""
        data = json.dumps(document, ensure_ascii=False).encode()
        return signed_body(data, sign(data, key or self.person.key, at=datetime.now(UTC), detached=True))

    async def apply(self, signed: Mapping[str, str], **headers: str) -> Any:
        """Post the signed document (process 5)."""
        return await self.api.post("/applications", signed, **headers)


async def log_in_with_key(api: Api, key: SigningKey, password: str) -> Mapping[str, Any]:
    """Log in by signing a one-time challenge, as akmola's citizens and all staff do."""
    challenge = await api.post("/auth/challenge", {})
    signature = sign(b64decode(challenge["document"]), key, at=datetime.now(UTC), detached=True)
    body = signed_body(b"", signature)
    return await api.log_in(
        username="", password=password, challenge_id=challenge["challenge_id"], signature=body["signature"]
    )
