"""What every client was told, written down as it happens: the measure for what databases, topics and documents say.

Two kinds of entries: an exchange is one request and what came of it, whoever made it; a word is what a client may rely
on from then on (a receipt, a completed step, a document). Faults stand in it with their times.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request: `status` is None when the connection broke before there was an answer, and `code` says how."""

    began: float
    ended: float
    method: str
    path: str
    status: int | None
    code: str | None = None
    retry_after: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a client was told: `about` names it (a key, an id), `said` is the answer."""

    at: float
    deed: str
    about: str
    said: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Fault:
    """What was broken, from when, and until when the region was whole again (None: still broken)."""

    what: str
    began: float
    ended: float | None = None

    def covers(self, exchange: Exchange) -> bool:
        """Tell whether the exchange was under way while this was broken."""
        return exchange.ended >= self.began and (self.ended is None or exchange.began <= self.ended)


class History:
    """Grows while clients work; each entry is in the file before anything else happens."""

    def __init__(self, file: Path) -> None:
        self.path = file
        self._file = file.open("a", encoding="utf-8")
        self.exchanges: list[Exchange] = []
        self.words: list[Word] = []
        self.faults: list[Fault] = []

    def close(self) -> None:
        self._file.close()

    def exchanged(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        self._write("exchange", asdict(exchange))

    def told(self, deed: str, about: str, said: dict[str, Any]) -> None:
        word = Word(at=monotonic(), deed=deed, about=about, said=said)
        self.words.append(word)
        self._write("word", asdict(word))

    def words_of(self, deed: str) -> list[Word]:
        return [word for word in self.words if word.deed == deed]

    def keep(self, name: str, content: bytes) -> Path:
        """Keep a document that somebody was given."""
        path = self.path.parent / name
        path.write_bytes(content)
        return path

    def broke(self, what: str) -> Fault:
        """Note that something is broken from now on."""
        fault = Fault(what=what, began=monotonic())
        self.faults.append(fault)
        self._write("fault begins", asdict(fault))
        return fault

    def whole(self, fault: Fault) -> None:
        """Note that it is no longer."""
        fault.ended = monotonic()
        self._write("fault ends", asdict(fault))

    def _write(self, kind: str, entry: dict[str, Any]) -> None:
        self._file.write(json.dumps({"entry": kind, **entry}, ensure_ascii=False) + "\n")
        self._file.flush()


class Recording(httpx.AsyncBaseTransport):
    """The wire of all clients: whatever passes it stands in the history, repeats and broken connections included."""

    def __init__(self, inner: httpx.AsyncBaseTransport, history: History) -> None:
        self._inner = inner
        self._history = history

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        began = monotonic()
        try:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        except httpx.TransportError as error:
            self._note(request, began, status=None, code=type(error).__name__)
            raise
        self._note(
            request,
            began,
            status=response.status_code,
            code=_code(response),
            retry_after=response.headers.get("Retry-After"),
            request_id=response.headers.get("X-Request-ID"),
        )
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _note(self, request: httpx.Request, began: float, **answer: Any) -> None:
        self._history.exchanged(
            Exchange(began=began, ended=monotonic(), method=request.method, path=request.url.path, **answer)
        )


def _code(response: httpx.Response) -> str | None:
    if response.is_success or "json" not in response.headers.get("content-type", ""):
        return None
    return str(response.json().get("code"))
