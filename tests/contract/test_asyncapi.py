"""docs/api/asyncapi.json against the messages that walks in both regions leave in the broker.

CloudEvents' own library reads them too (CloudEvents 1.0, Kafka protocol binding 3.2).
"""

import asyncio
import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat

from shared.events import application_topic
from shared.testing.messages import all_messages
from shlyuz.demo import programme

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "api" / "asyncapi.json").read_bytes())
BY_TYPE = {message["name"]: message for message in DOCUMENT["components"]["messages"].values()}
TYPES = {
    f"kz.shlyuz.application.{fact}.v1"
    for fact in (
        "submitted",
        "registered",
        "step-opened",
        "step-claimed",
        "step-completed",
        "ready",
        "issued",
        "refused",
    )
} | {"kz.shlyuz.provider.changed.v1"}
KEY_OF = {  # by what a message tells of, the word after kz.shlyuz
    "application": "application_id",
    "enrolment": "enrolment_id",
    "message": "subject",
    "provider": "bin",
}


def resolved(reference):
    found = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


@pytest.fixture(scope="module")
async def messages(whole_region, walk_of):
    """What lies in the broker once every service has had a result and both regions have refused a booking."""
    for region in ("akmola", "zhambyl"):
        await walk_of(region).be_refused_by_the_provider()
    for service, by_region in programme.SERVICES.items():
        for region, acts in by_region.items():
            for variant in {acts.variants[0], acts.variants[-1]}:
                await walk_of(region, service, variant).succeed()
    async with asyncio.timeout(60):
        while True:
            found = await all_messages(whole_region.kafka)
            if {headers(message)["ce_type"] for message in found} >= TYPES:
                return found
            await asyncio.sleep(0.5)


def headers(message):
    return {name: value.decode() for name, value in message.headers}


class TestEveryMessage:
    def test_is_of_a_kind_that_its_channel_names(self, messages):
        for message in messages:
            channel = DOCUMENT["channels"][message.topic]
            assert channel["address"] == message.topic
            names = {resolved(each["$ref"])["name"] for each in channel["messages"].values()}
            assert headers(message)["ce_type"] in names

    def test_carries_the_headers_of_its_kind(self, messages):
        for message in messages:
            found = headers(message)
            schema = BY_TYPE[found["ce_type"]]["headers"]
            jsonschema.validate(found, schema, format_checker=jsonschema.FormatChecker())
            assert set(found) <= set(schema["properties"])

    def test_carries_the_payload_of_its_kind_and_nothing_else(self, messages):
        for message in messages:
            reference = BY_TYPE[headers(message)["ce_type"]]["payload"]["$ref"]
            schema, value = resolved(reference), json.loads(message.value)
            jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(value)
            assert set(value) <= set(schema["properties"])

    def test_has_the_things_id_as_its_key(self, messages):
        for message in messages:
            found = headers(message)
            assert message.key.decode() == found["ce_subject"] == found["ce_partitionkey"]
            value = json.loads(message.value)
            assert found["ce_subject"] == value[KEY_OF[found["ce_type"].split(".")[2]]]

    def test_is_a_cloud_event_to_others(self, messages):
        for message in messages:
            event = from_binary_event(KafkaMessage(dict(message.headers), message.key, message.value), JSONFormat())
            found = headers(message)
            assert (event.get_specversion(), event.get_id()) == ("1.0", found["ce_id"])
            assert (event.get_type(), event.get_source()) == (found["ce_type"], found["ce_source"])
            assert event.get_time() == datetime.fromisoformat(found["ce_time"])
            assert event.get_data() == json.loads(message.value)

    def test_has_an_id_of_its_own(self, messages):
        identities = [headers(message)["ce_id"] for message in messages]
        assert len(set(identities)) == len(identities)


class TestAnApplicationsMessages:
    def test_lie_in_one_partition_in_the_order_of_their_versions(self, messages):
        told = {}
        for message in sorted(messages, key=lambda each: (each.topic, each.partition, each.offset)):
            value = json.loads(message.value)
            if "application_id" in value:
                told.setdefault(value["application_id"], []).append((message.partition, value["aggregate_version"]))
        assert len(told) >= 4
        for places in told.values():
            assert len({partition for partition, _ in places}) == 1
            versions = [version for _, version in places]
            assert versions == sorted(versions)

    def test_have_one_shape_and_size_whatever_the_service(self, messages):
        """Nobody who reads them can tell a psychiatric certificate from a booking, but by the owner's own topic."""
        shapes, topics = defaultdict(set), defaultdict(set)
        for message in messages:
            value, found = json.loads(message.value), headers(message)
            if "application_id" in value:
                assert value["service"] == message.topic.partition(".")[0]
                sizes = {name: len(text) for name, text in found.items() if name not in {"ce_source", "ce_requestid"}}
                shape = (sorted(found), sorted(sizes.items()), sorted(value), len(message.key), len(message.value))
                shapes[found["ce_type"]].add(repr(shape))
                topics[found["ce_type"]].add(message.topic)
        assert {type_: len(found) for type_, found in shapes.items()} == dict.fromkeys(shapes, 1)
        owners = {acts.volume for by_region in programme.SERVICES.values() for acts in by_region.values()}
        for fact in ("submitted", "step-opened", "step-completed", "issued"):
            assert topics[f"kz.shlyuz.application.{fact}.v1"] == set(map(application_topic, owners))

    def test_are_all_that_a_walk_can_tell(self, messages):
        assert {headers(message)["ce_type"] for message in messages} >= TYPES
