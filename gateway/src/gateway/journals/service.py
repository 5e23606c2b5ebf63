"""A journal as one file, from part to part: each part is a request of its own to the owner, with its own records.

So neither the gateway nor the owner holds more than a part, and no transaction waits for a slow reader. Rows are
numbered without gaps and never change: parts read one after another are the volume as it is when the last is read.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from shared.web import Actor
from shared.web.client import ServiceClient

NEXT: Final = "X-Next-Cursor"


async def parts(
    owner: ServiceClient, path: str, filters: Mapping[str, str], *, actor: Actor, headers: Mapping[str, str]
) -> AsyncIterator[bytes]:
    """Give the file from its first part to its last; raises what the owner answers, ServiceAway.

    A part that fails after the first ends the answer unfinished, which the caller sees: it has no last chunk.
    """
    cursor: str | None = ""
    while cursor is not None:
        asked = {**filters, "cursor": cursor} if cursor else dict(filters)
        reply = (await owner.get(path, params=asked, actor=actor, headers=headers)).require(200)
        yield reply.body
        cursor = reply.headers.get(NEXT)
