"""CloudEvents 1.0 in Kafka's binary mode: attributes as headers `ce_…`, data as the value (protocol binding, 3.2)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.event import Event

E = TypeVar("E", bound=Event)
Headers = tuple[tuple[str, bytes], ...]
CONTENT_TYPE = "application/json"
_SPEC = "1.0"
_SIZE = 512
"""Bytes. Events of applications need half of them."""


class EnvelopeInvalid(ValueError):
    """The message is not a CloudEvent in binary mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What stands around an event's data; `subject` is the key of the thing, `request_id` an extension of ours."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    data: bytes
    request_id: str | None = None

    def value(self) -> bytes:
        """Write the data as the message's value: filled up, so that nobody tells events apart by their size."""
        return self.data.ljust(_SIZE)

    def headers(self) -> Headers:
        """Write the attributes as Kafka headers."""
        attributes = {
            "specversion": _SPEC,
            "id": str(self.id),
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "partitionkey": self.subject,
        }
        if self.request_id is not None:
            attributes["requestid"] = self.request_id
        written = tuple((f"ce_{name}", value.encode()) for name, value in attributes.items())
        return (*written, ("content-type", CONTENT_TYPE.encode()))


def read_envelope(headers: Iterable[tuple[str, bytes]], value: bytes | None) -> Envelope:
    """Read a message; raises `EnvelopeInvalid`."""
    try:
        found = {name.lower(): content.decode() for name, content in headers}
        if found["ce_specversion"] != _SPEC or found["content-type"].partition(";")[0].strip() != CONTENT_TYPE:
            raise EnvelopeInvalid("not CloudEvents 1.0 with JSON")
        return Envelope(
            id=UUID(found["ce_id"]),
            source=found["ce_source"],
            type=found["ce_type"],
            subject=found["ce_subject"],
            time=_instant(found["ce_time"]),
            data=value or b"",
            request_id=found.get("ce_requestid"),
        )
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise EnvelopeInvalid(str(error)) from error


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise EnvelopeInvalid("an instant without offset")
    return instant.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Generic[E]):
    """A message as a handler gets it: the typed event and where it came from."""

    event: E
    id: UUID
    time: datetime
    subject: str
    topic: str
    partition: int
    offset: int
    request_id: str | None = None


Handler = Callable[[AsyncSession, Sequence[Received[Any]]], Awaitable[None]]
"""Brings about the effect of messages, in their order, within the given transaction; mostly there is one."""
Handlers = Mapping[type[Event], Handler]


def event_of(envelope: Envelope, kind: type[E]) -> E:
    """Read the data as an event; raises pydantic's ValidationError or JSONDecodeError."""
    data: Any = orjson.loads(envelope.data)
    return kind.model_validate(data)
