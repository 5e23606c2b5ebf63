"""The public API as a program uses it: JSON in, JSON out, a problem raised as what it is."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

PREFIX = "/api/v1"


class Refused(Exception):
    """The answer was a problem (RFC 9457): `code` is stable, `problem` the whole body."""

    def __init__(self, status: int, problem: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('title')}")
        self.status = status
        self.problem = problem
        self.headers = headers

    @property
    def code(self) -> str:
        return str(self.problem.get("code"))

    @property
    def title(self) -> str:
        """What is wrong, in the language that was asked for."""
        return str(self.problem.get("title"))


@dataclass(slots=True, kw_only=True)
class Api:
    """One person's use of one gateway, in one language; `token` is there after a login.

    Asked to come again (429, 503), it does so after as long as it is told, `patience` seconds in all at most: each POST
    has an Idempotency-Key of its own, so that no repeat has a second effect.
    """

    http: httpx.AsyncClient
    language: str = "en"
    token: str | None = field(default=None, repr=False)
    patience: int = 0

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send, and give the answer when it is a success; raises Refused for every other."""
        headers = {"Accept-Language": self.language, **options.pop("headers", {})}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if method == "POST" and self.patience:
            headers.setdefault("Idempotency-Key", request_id())
        response, waited = await self.http.request(method, PREFIX + path, headers=headers, **options), 0
        while (pause := _pause(response)) and waited + pause <= self.patience:
            await asyncio.sleep(pause)
            waited += pause
            response = await self.http.request(method, PREFIX + path, headers=headers, **options)
        if response.is_success:
            return response
        raise Refused(response.status_code, _problem(response), response.headers)

    async def get(self, path: str, **params: Any) -> Any:
        given = {key: value for key, value in params.items() if value is not None}
        return (await self.request("GET", path, params=given)).json()

    async def post(self, path: str, body: Any, **headers: str) -> Any:
        return (await self.request("POST", path, json=body, headers=headers)).json()

    async def log_in(self, **form: str) -> Mapping[str, Any]:
        """Log in with the OAuth2 form's members and keep the access token."""
        answer = (await self.request("POST", "/auth/token", data={"grant_type": "password", **form})).json()
        self.token = answer["access_token"]
        return dict(answer)


def signed_body(document: bytes, signature: bytes) -> dict[str, str]:
    """Lay a document and its signature out as every signed request carries them."""
    return {"document": b64encode(document).decode(), "signature": b64encode(signature).decode()}


def request_id() -> str:
    """Make the id that tells two otherwise equal documents apart."""
    return str(uuid4())


def _pause(response: httpx.Response) -> int:
    """Give the seconds after which one may come again; 0 when that would change nothing."""
    again = response.status_code in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
    return int(response.headers.get("Retry-After", "0")) if again else 0


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    if "json" in response.headers.get("content-type", ""):
        return dict(response.json())
    return {"title": response.text[:200], "code": "not-a-problem"}
