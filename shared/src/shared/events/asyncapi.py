"""The AsyncAPI 3 document of all topics, generated from the event models, so that it cannot say anything else.

`python -m shared.events.asyncapi docs/api/asyncapi.json` writes it; a test compares the file.
"""

import sys
from pathlib import Path
from typing import Any

import orjson

from shared.events.dead_letters import DeadLettered
from shared.events.envelope import CONTENT_TYPE
from shared.events.event import Event
from shared.events.topics import (
    APPLICATION_TOPICS,
    ENROLMENT_TOPIC,
    OWNERS,
    PROVIDER_TOPIC,
    dead_letter_topic,
    events_of,
)

_WRITERS = (*OWNERS, "auth", "gateway")
_HEADERS = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": {"type": "string", "format": "uuid", "description": "The same for every copy of one event."},
    "ce_source": {"type": "string", "description": "`/` and the service."},
    "ce_subject": {"type": "string", "description": "The id of the thing; also the key, by which order holds."},
    "ce_partitionkey": {"type": "string"},
    "ce_time": {"type": "string", "format": "date-time", "description": "When it happened, UTC."},
    "ce_requestid": {"type": "string", "description": "The request that led to it, if any; every event has one."},
    "content-type": {"type": "string", "const": CONTENT_TYPE},
}


def document(version: str = "1.0.0") -> dict[str, Any]:
    """Write the document; its keys are in a fixed order, so that it can be compared with the file in docs/api."""
    channels = {topic: list(events_of(topic)) for topic in (*APPLICATION_TOPICS, ENROLMENT_TOPIC, PROVIDER_TOPIC)}
    channels |= {dead_letter_topic(service): [DeadLettered] for service in _WRITERS}
    kinds = sorted({kind for found in channels.values() for kind in found}, key=lambda kind: kind.type)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Shlyuz events",
            "version": version,
            "description": "CloudEvents 1.0 in Kafka's binary mode. Facts, not data: a reader that may know more asks "
            "over REST. A value is filled up with spaces. Within a version events only gain fields; readers ignore "
            "fields that they do not know.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic, found) for topic, found in channels.items()},
        "operations": {f"send-{topic}": _operation(topic, found) for topic, found in channels.items()},
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in kinds},
            "schemas": {kind.__name__: _schema(kind) for kind in kinds},
        },
    }


def _channel(topic: str, kinds: list[type[Event]]) -> dict[str, Any]:
    names = [kind.__name__ for kind in kinds]
    return {
        "address": topic,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }


def _operation(topic: str, kinds: list[type[Event]]) -> dict[str, Any]:
    channel = f"#/channels/{topic}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{kind.__name__}"} for kind in kinds],
    }


def _message(kind: type[Event]) -> dict[str, Any]:
    headers = {"ce_type": {"type": "string", "const": kind.type}, **_HEADERS}
    return {
        "name": kind.type,
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "required": sorted(headers), "properties": headers},
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


def _schema(kind: type[Event]) -> dict[str, Any]:
    schema = kind.model_json_schema(ref_template=f"#/components/schemas/{kind.__name__}/$defs/{{model}}")
    return {**schema, "additionalProperties": True}


def written() -> bytes:
    """Give the document as it stands in its file."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(written())
