"""Try what staff who have no business there get of an application of others: nothing about its person."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

_REFUSED = {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND, httpx.codes.CONFLICT}
OVERSEERS: Final = ("supervisor", "journal_keeper", "administrator")
Call = Callable[..., Awaitable[httpx.Response]]
"""How somebody asks the service: `await call(method, path, who, json=body)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An application whose second step is open; `words` tell who it is about, or what of."""

    application: str
    done: str
    task: str
    outcome: str
    journal: str
    year: int
    words: Sequence[str]

    def looks(self) -> list[tuple[str, str, Mapping[str, Any] | None]]:
        """List every route that shows, or acts on, one application."""
        step = {"outcome": self.outcome, "data": {}}
        return [
            *(("GET", f"/tasks/{task}{part}", None) for task in (self.task, self.done) for part in ("", "/result")),
            *(("GET", f"/tasks/{task}/documents/{self._document}", None) for task in (self.task, self.done)),
            ("POST", f"/tasks/{self.task}/claim", {}),
            ("POST", f"/tasks/{self.task}/prepare", step),
            ("POST", f"/tasks/{self.task}/complete", step),
            ("GET", f"/documents/{self._document}", None),
            *(("GET", f"/applications/{self.application}{part}", None)
              for part in ("", "/history", "/result", "/evidence")),
        ]  # fmt: skip

    def lists(self) -> list[str]:
        """List the lists that a member of staff may ask for, whatever his role."""
        journals = [f"/journals/{self.journal}{form}?year={self.year}" for form in ("", ".csv")]
        return [*(f"/tasks?state={state}" for state in ("open", "resting", "done")), "/statistics", *journals]

    def tells(self, answer: httpx.Response) -> bool:
        """Say whether an answer names the person."""
        return any(word in answer.text for word in self.words)

    @property
    def _document(self) -> str:
        return f"{self.application.partition('-')[0]}-{uuid4().hex}"


async def learnt(call: Call, case: Case, strangers: Mapping[str, Any]) -> list[str]:
    """Have each of them try everything; gives what was answered otherwise than by a refusal that names nobody."""
    found = []
    for name, who in strangers.items():
        for method, path, body in case.looks():
            answer = await call(method, path, who, json=body)
            if answer.status_code not in _REFUSED or case.tells(answer):
                found.append(f"{name}: {method} {path}: {answer.status_code}")
        for path in case.lists():
            answer = await call("GET", path, who)
            if answer.is_server_error or case.tells(answer):
                found.append(f"{name}: {path}: {answer.status_code}")
    return found
