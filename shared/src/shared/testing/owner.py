"""An owning service with next to nothing behind it: a fake for the gateway's tests, on the platform's own factory."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from shared.applications.cursors import URGENT, read_cursor
from shared.applications.evidence import Evidence
from shared.applications.office import PREFIXES
from shared.db import new_id
from shared.errors import NotFound
from shared.settings import ServiceSettings
from shared.web import Assertion, Here, Router, allow, create_app


@dataclass(kw_only=True)
class Owner:
    """What a small owner holds, and what it was told."""

    name: str
    services: tuple[str, ...] = ()
    calls: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    signables: dict[str, dict[str, Any]] = field(default_factory=dict)
    _accepted: dict[str, dict[str, Any]] = field(default_factory=dict)

    def new_id(self) -> str:
        """Make a public id with the owner's prefix."""
        return f"{PREFIXES[self.name]}-{new_id().hex}"

    def accept(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key = hashlib.sha256(base64.b64decode(body["document"])).hexdigest()
        if key in self._accepted:
            return 200, self._accepted[key]
        self._accepted[key] = {"id": self.new_id(), "number": f"N-{len(self._accepted) + 1}", "state": "submitted"}
        return 201, self._accepted[key]

    def evidence(self, application: str) -> dict[str, Any] | None:
        """What an owner keeps of an accepted application, in its own words."""
        for call in self.calls:
            if "document" in call.get("body", {}) and self.accept(call["body"])[1]["id"] == application:
                seen = Evidence(**call["body"]["evidence"])
                exact = base64.b64decode(call["body"]["document"])
                item = {
                    "kind": "application", "sha256": hashlib.sha256(exact).hexdigest(),
                    "document": call["body"]["document"], "signature": call["body"]["signature"],
                    "received_at": seen.received_at.isoformat(), "evidence": seen.to_json(),
                    "revocation": seen.sources(),
                }  # fmt: skip
                return {"application": application, "number": "N-1", "items": [item]}
        return None

    def page(self, name: str, instant: str, *, newest_first: bool, cursor: str | None, limit: int) -> dict[str, Any]:
        def key(item: dict[str, Any]) -> tuple[datetime, str]:
            at = URGENT if item.get("urgent") else datetime.fromisoformat(item[instant])
            return at, item["id"].partition("-")[2]

        items = sorted(self.lists.get(name, []), key=key, reverse=newest_first)
        if (after := read_cursor(cursor)) is not None:
            last = (after.at, after.id.hex)
            items = [item for item in items if (key(item) < last if newest_first else key(item) > last)]
        return {"items": items[:limit], "next_cursor": "more" if len(items) > limit else None}


Caller = Annotated[Assertion, Depends(allow("gateway"))]


def owner_app(owner: Owner, settings: ServiceSettings) -> FastAPI:
    """A service with the platform's own factory, as an owner's is, and next to nothing behind it."""
    router = Router()
    for add in (_catalogue, _applications, _tasks, _papers, _results):
        add(router, owner)
    return create_app(service=owner.name, settings=settings, routers=[router])


def _catalogue(router: Router, owner: Owner) -> None:
    @router.get("/services")
    async def services(_: Caller) -> dict[str, Any]:
        return {"items": [_service(key) for key in owner.services]}

    @router.get("/services/{key}/form")
    async def form(key: str, _: Caller, purpose: str = "application") -> dict[str, Any]:
        region, service = key.split(".")
        shape = {"region": region, "service": service, "edition": "1", "purpose": purpose, "channel": "portal"}
        return {**shape, "documents": 0, "form": {"type": "object"}}

    @router.get("/services/{key}")
    async def service(key: str, _: Caller) -> dict[str, Any]:
        return _service(key)

    @router.get("/providers")
    async def providers(_: Caller) -> dict[str, Any]:
        return {"items": owner.lists.get("providers", [])}


def _applications(router: Router, owner: Owner) -> None:
    @router.post("/applications")
    async def accept(request: Request, caller: Caller) -> Response:
        body = await request.json()
        owner.calls.append({"body": body, "actor": caller.person, "headers": dict(request.headers)})
        status, told = owner.accept(body)
        return JSONResponse(told, status, {"X-Inner": "not for the public"})

    @router.get("/applications")
    async def applications(_: Caller, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
        return owner.page("applications", "filed_at", newest_first=True, cursor=cursor, limit=limit)

    @router.get("/notices")
    async def notices(_: Caller, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
        return owner.page("notices", "at", newest_first=True, cursor=cursor, limit=limit)

    @router.get("/tasks")
    async def tasks(_: Caller, cursor: str | None = None, limit: int = 50) -> dict[str, Any]:
        return owner.page("tasks", "due_at", newest_first=False, cursor=cursor, limit=limit)

    @router.get("/applications/{application}")
    async def application(application: str, caller: Caller) -> dict[str, Any]:
        found = [item for item in owner.lists.get("applications", []) if item["id"] == application]
        if not found or found[0]["owner"] != caller.person.iin:
            raise NotFound
        return found[0]

    @router.get("/applications/{application}/evidence")
    async def evidence(application: str, caller: Caller) -> dict[str, Any]:
        told = owner.evidence(application)
        if told is None or json.loads(base64.b64decode(told["items"][0]["document"]))["applicant"]["iin"] != (
            caller.person.iin
        ):
            raise NotFound
        return told


def _tasks(router: Router, owner: Owner) -> None:
    @router.get("/internal/signables/{signable}")
    async def signable(signable: str, _: Caller) -> dict[str, Any]:
        if signable not in owner.signables:
            raise NotFound
        return owner.signables[signable]

    @router.post("/tasks/{task}/reassign")
    async def reassign(task: str, request: Request, caller: Caller) -> dict[str, Any]:
        owner.calls.append({"task": task, "body": await request.json(), "actor": caller.person})
        return {"id": task, "claimed_by": None, "claimed_until": None}

    @router.get("/internal/tasks/{task}/signatures")
    async def signatures(task: str, _: Caller) -> dict[str, Any]:
        return {"items": owner.lists.get(f"signatures of {task}", [])}

    @router.post("/tasks/{task}/prepare")
    async def prepare(task: str, request: Request, caller: Caller) -> Response:
        body = await request.json()
        owner.calls.append({"task": task, "body": body, "actor": caller.person})
        if owner.lists.get(f"signatures of {task}") and "earlier" not in body:
            return JSONResponse({"code": "earlier-signatures-unjudged"}, 409)
        return JSONResponse({"signable_id": task})

    @router.post("/tasks/{task}/complete")
    async def complete(task: str, request: Request, caller: Caller) -> dict[str, Any]:
        owner.calls.append({"task": task, "body": await request.json(), "actor": caller.person})
        return {"id": task, "state": "completed"}


def _papers(router: Router, owner: Owner) -> None:
    @router.get("/services/{key}/regulation.svg")
    async def drawn(key: str, request: Request, _: Caller) -> Response:
        tagged = {"ETag": '"1"', "Content-Security-Policy": "default-src 'none'", "Content-Language": "kk"}
        if request.headers.get("if-none-match") == '"1"':
            return Response(status_code=304, headers=tagged)
        return Response(f"<svg>{key} {request.url.query}</svg>", 200, tagged, "image/svg+xml")

    @router.get("/journals/{journal}.csv")
    async def journal(journal: str, _: Caller, cursor: int = 0) -> Response:
        rows = owner.lists.get(journal, [])
        if not rows:
            raise NotFound
        more = {"X-Next-Cursor": str(cursor + 1)} if cursor + 1 < len(rows) else {}
        return Response(rows[cursor]["line"], 200, more, "text/csv")

    @router.post("/journals/{journal}/rows/{number}/corrections", status_code=201)
    async def correction(number: int, request: Request, caller: Caller) -> dict[str, Any]:
        owner.calls.append({"body": await request.json(), "actor": caller.person, "query": request.url.query})
        return {"id": owner.new_id(), "number": number + 1, "year": 2026, "corrects": owner.new_id()}

    @router.post("/documents", status_code=201)
    async def upload(request: Request, _: Caller) -> dict[str, Any]:
        body = await request.body()
        digest = hashlib.sha256(body).hexdigest()
        return {
            "id": owner.new_id(),
            "sha256": digest,
            "media_type": request.headers["content-type"],
            "size": len(body),
        }


def _results(router: Router, owner: Owner) -> None:
    @router.get("/verify-keys")
    async def keys(_: Caller) -> dict[str, Any]:
        return {"items": owner.lists.get("verify-keys", [])}

    @router.get("/internal/statistics")
    async def statistics(request: Request, _: Caller) -> dict[str, Any]:
        owner.calls.append({"query": request.url.query})
        return {part: owner.lists.get(part, []) for part in ("applications", "steps", "refusals")}

    @router.post("/results/{result}/{deed}")
    async def result(result: str, deed: str, request: Request, caller: Caller) -> dict[str, Any]:
        owner.calls.append({"result": result, "deed": deed, "body": await request.body(), "actor": caller.person,
                            "headers": dict(request.headers)})  # fmt: skip
        return {"code": result}

    @router.get("/verify/{code}")
    async def verify(request: Request, here: Here, _: Caller) -> Response:
        return Response(
            f"{here.service} {request.url.query}", headers={"Content-Language": "en"}, media_type="text/html"
        )


def _service(key: str) -> dict[str, Any]:
    region, service = key.split(".")
    title = {"kk": service, "ru": service, "en": service}
    named = {"key": key, "region": region, "service": service, "title": title}
    return {**named, "edition": "1", "adopted_from": "2025-01-01", "channels": ["portal"], "acr": "password"}
