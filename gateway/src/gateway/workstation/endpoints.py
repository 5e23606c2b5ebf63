"""GET /workstation/events: what happens at one's own provider, as it happens."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from gateway.entrance import Gate, StaffMember
from gateway.sessions.errors import AccessTokenExpired, AccessTokenInvalid, AccessTokenMissing, SessionEnded, StaffOnly
from gateway.upstreams import PREFIX
from gateway.workstation.errors import LastEventIdInvalid, TooManyStreams
from gateway.workstation.service import Streams, Told
from shared.errors import ProblemError, TooManyRequests
from shared.web import Actor, Now, Router, problems, resource

router = Router(prefix=PREFIX, tags=["workstation"])

_DIGITS = 18
_RETRY_MS = 2_000
_LastEventId = Annotated[
    str | None, Header(alias="Last-Event-ID", description="The id of the last event that was received.")
]


async def last_event_id(given: _LastEventId = None) -> int | None:
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= _DIGITS):
        raise LastEventIdInvalid
    return int(given)


async def opened(
    person: StaffMember,
    last: Annotated[int | None, Depends(last_event_id)],
    streams: Annotated[Streams, Depends(resource("streams"))],
    now: Now,
) -> AsyncIterator[AsyncIterator[Told | None]]:
    if person.bin is None:
        raise StaffOnly
    async with streams.open(person.bin, last, now=now) as stream:
        yield stream


@router.get(
    "/workstation/events",
    response_class=EventSourceResponse,
    responses=problems(
        AccessTokenMissing,
        AccessTokenInvalid,
        AccessTokenExpired,
        SessionEnded,
        StaffOnly,
        LastEventIdInvalid,
        TooManyRequests,
        TooManyStreams,
    ),
)
async def events(
    person: StaffMember, gate: Gate, stream: Annotated[AsyncIterator[Told | None], Depends(opened)]
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events of the caller's own provider; `id` is gapless, `reset` means: load your tasks again."""
    async for told in stream:
        if told is None:
            if not await _still_allowed(gate, person):
                return
            yield ServerSentEvent(comment="still here")
        else:
            yield ServerSentEvent(id=str(told.number), event=told.type, data=told.data, retry=_RETRY_MS)


async def _still_allowed(gate: Gate, person: Actor) -> bool:
    """A stream may outlive its access token, never the session or the place of work behind it."""
    try:
        found = await gate.principals.find(person.session_id)
    except SessionEnded:
        return False
    except ProblemError:
        # Nobody can be asked: the client comes back when it can be told who he is.
        return False
    return found.kind == "staff" and found.bin == person.bin
