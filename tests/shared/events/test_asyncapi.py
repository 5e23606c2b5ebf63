"""The AsyncAPI document says what is sent: real events against its schemas."""

from pathlib import Path

import jsonschema
import pytest

from shared.events import event_types
from shared.events.asyncapi import document, written
from shared.events.facts import ApplicationEvent
from shared.events.topics import APPLICATION_TOPICS, PROVIDER_TOPIC, topics_of

PERSONAL = {"iin", "name", "phone", "address_of_person", "complaint", "diagnosis", "finding", "birth_date"}


class TestDocument:
    def test_has_every_topic_that_a_service_writes(self):
        topics = {
            topic
            for service in ("attachment", "auth", "booking", "certificate", "gateway", "lab")
            for topic in topics_of(service)
        }
        assert set(document()["channels"]) == topics >= {*APPLICATION_TOPICS, PROVIDER_TOPIC}

    def test_is_the_file_in_the_documents(self):
        """Write it anew with `python -m shared.events.asyncapi docs/api/asyncapi.json`."""
        assert (Path(__file__).parents[3] / "docs/api/asyncapi.json").read_bytes() == written()

    def test_resolves_every_reference(self):
        whole = document()

        def walk(node):
            if isinstance(node, dict):
                if "$ref" in node:
                    target = whole
                    for part in node["$ref"].removeprefix("#/").split("/"):
                        target = target[part]
                for child in node.values():
                    walk(child)
            elif isinstance(node, list):
                for child in node:
                    walk(child)

        walk(whole)

    def test_holds_for_an_event_and_not_for_nonsense(self, submitted):
        schema = document()["components"]["schemas"]["ApplicationSubmitted"]
        data = submitted().model_dump(mode="json")
        jsonschema.validate(data, schema)
        jsonschema.validate({**data, "newer": 1}, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**data, "aggregate_version": 0}, schema)

    def test_has_no_field_for_personal_data(self):
        for kind in ApplicationEvent.__subclasses__():
            assert set(kind.model_fields) & PERSONAL == set()


class TestEventTypes:
    def test_are_past_facts_with_a_version(self):
        ours = [kind for kind in event_types() if "unheard" not in kind]
        assert all(kind.startswith("kz.shlyuz.") and kind.endswith(".v1") for kind in ours)
