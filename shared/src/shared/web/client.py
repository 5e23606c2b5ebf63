"""Calls to another service: a fresh assertion each, a deadline, a breaker, and repeats only where they are harmless."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import orjson
from multidict import CIMultiDict, CIMultiDictProxy
from prometheus_client import Counter
from yarl import URL

from shared.clock import Clock
from shared.errors import ProblemError, ServiceAway
from shared.log import request_id
from shared.web.assertions import Actor, CallerKey
from shared.web.breaker import Breaker, BreakerOpen
from shared.web.problems import MEDIA_TYPE

_CALLS = Counter("shlyuz_calls_total", "Calls to another service.", ("service", "outcome"))
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
# A proxy's words for "nobody is there"; a 503 of the service itself is its answer, and is passed on.
_NOBODY: Final = frozenset({502, 504})
_LARGEST_CONNECTIONS: Final = 100
_IDLE_SECONDS: Final = 30
_CONNECT_SECONDS: Final = 2.0
_FIRST_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the service answered, read whole."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    def json(self) -> Any:
        """Parse the body; raises `orjson.JSONDecodeError`."""
        return orjson.loads(self.body)

    def require(self, *statuses: int) -> Self:
        """Return the reply if its status is one of these (any 2xx if none is named); raises `RelayedProblem` else."""
        expected = self.status in statuses if statuses else self.status // 100 == 2  # noqa: PLR2004  # the class of success
        if not expected:
            raise RelayedProblem.of(self)
        return self


class RelayedProblem(ProblemError):
    """Another service's problem, handed on with its status, its words and its code."""

    code = "service-away"
    status = 503

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(service="", extra=body, headers=headers)
        self.status = status
        self.code = str(body.get("code", self.code))

    @classmethod
    def of(cls, reply: Reply) -> ProblemError:
        """Read a problem from a reply; an answer that is none becomes `ServiceAway`."""
        if reply.headers.get("content-type", "").partition(";")[0] != MEDIA_TYPE:
            return ServiceAway("upstream")
        kept = {name: reply.headers[name] for name in ("Retry-After", "Content-Language") if name in reply.headers}
        body = {name: value for name, value in reply.json().items() if name not in {"instance", "request_id"}}
        return cls(reply.status, body, kept)


class ServiceClient:
    """Call one service. An async context manager; make one per process and service.

    Raises `ServiceAway` (503 with Retry-After) when the service cannot be reached, does not answer in time, or is
    being spared by the breaker, and `DatabaseAway` while the time to sign with is not known. Idempotent methods,
    and any method with an Idempotency-Key, are repeated with the same key; another call is repeated only when not a
    byte of it can have been sent.
    """

    def __init__(
        self,
        service: str,
        url: str,
        *,
        key: CallerKey,
        clock: Clock,
        timeout: timedelta = timedelta(seconds=10),
        tries: int = 2,
        breaker: Breaker | None = None,
    ) -> None:
        self.service = service
        self._url = url.rstrip("/")
        self._key = key
        self._clock = clock
        self._timeout = timeout.total_seconds()
        self._tries = tries
        self.breaker = breaker or Breaker()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_LARGEST_CONNECTIONS, keepalive_timeout=_IDLE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("Accept-Encoding", "User-Agent", "Accept"),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, **options: Any) -> Reply:
        """Call with GET; options as in `request`."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Reply:
        """Call with POST; options as in `request`."""
        return await self.request("POST", path, **options)

    async def request(  # noqa: PLR0913  # keyword-only: the parts of a request
        self,
        method: str,
        path: str,
        *,
        actor: Actor | None = None,
        params: Mapping[str, str] | str | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        timeout: timedelta | None = None,
    ) -> Reply:
        """Call for `actor`, or for nobody.

        `path` is taken as it is (already quoted); `params` is a mapping or a raw query string; `json` or `content` is
        the body. Redirects are not followed. `timeout` is for all tries together.
        """
        sent = _headers(headers, json=json, idempotency_key=idempotency_key)
        body = orjson.dumps(json) if json is not None else content
        url = URL(self._url + path, encoded=True)
        if params:
            url = url.with_query(params) if not isinstance(params, str) else URL(f"{url}?{params}", encoded=True)
        harmless = method in _SAFE or "Idempotency-Key" in sent
        try:
            async with asyncio.timeout(timeout.total_seconds() if timeout else self._timeout):
                return await self._persist(method, url, sent, body, actor, harmless=harmless)
        except TimeoutError as error:
            self.breaker.failed()
            raise self._away("timeout") from error

    async def _persist(
        self,
        method: str,
        url: URL,
        headers: CIMultiDict[str],
        body: bytes | None,
        actor: Actor | None,
        *,
        harmless: bool,
    ) -> Reply:
        for tried in range(1, self._tries + 1):
            try:
                return await self._once(method, url, headers, body, actor)
            except (aiohttp.ClientError, _Nobody) as error:
                self.breaker.failed()
                unsent = isinstance(error, aiohttp.ClientConnectorError)
                if tried == self._tries or not (harmless or unsent):
                    raise self._away("unreachable") from error
                await asyncio.sleep(_FIRST_PAUSE * 2**tried * random.uniform(0.5, 1.5))  # noqa: S311  # not a secret
        raise self._away("unreachable")

    async def _once(
        self, method: str, url: URL, headers: CIMultiDict[str], body: bytes | None, actor: Actor | None
    ) -> Reply:
        if self._session is None:
            raise RuntimeError("enter the client before calling")
        headers["Authorization"] = f"Bearer {self._key.sign(self.service, actor, now=self._clock.now())}"
        try:
            self.breaker.enter()
        except BreakerOpen as error:
            raise self._away("spared", error.retry_after) from error
        try:
            async with self._session.request(
                method, url, headers=headers, data=body, allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT_SECONDS),
            ) as response:  # fmt: skip
                reply = Reply(status=response.status, headers=response.headers, body=await response.read())
        except aiohttp.ClientError:
            raise
        except BaseException:  # given up, or never made: nothing was learnt of the service
            self.breaker.abandoned()
            raise
        if reply.status in _NOBODY:
            raise _Nobody
        self.breaker.succeeded()
        _CALLS.labels(self.service, f"{reply.status // 100}xx").inc()
        return reply

    def _away(self, outcome: str, retry_after: timedelta = timedelta(seconds=2)) -> ServiceAway:
        _CALLS.labels(self.service, outcome).inc()
        return ServiceAway(self.service, retry_after=retry_after)


class _Nobody(Exception):
    """Something before the service answered in its place."""


def _headers(given: Mapping[str, str] | None, *, json: Any, idempotency_key: str | None) -> CIMultiDict[str]:
    headers = CIMultiDict(given or {})
    headers.popall("Authorization", None)  # an assertion is never forwarded
    if json is not None:
        headers["Content-Type"] = "application/json"
    if idempotency_key is not None:
        headers["Idempotency-Key"] = idempotency_key
    if (identity := request_id()) is not None:
        headers["X-Request-ID"] = identity
    return headers
