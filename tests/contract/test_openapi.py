"""docs/api/openapi.json against the gateway: whatever is sent, no 5xx, and every answer is as the document says.

A third of the requests name things that exist, so that not only the doors are tried but the rooms behind them.
"""

import json
from pathlib import Path
from zlib import crc32

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi

FILE = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"
EVENTS = "/api/v1/workstation/events"
LANGUAGES = {"kk", "ru", "en"}
# What we promise. Not among them: that data which fit a schema are accepted, as a signature has to hold besides.
CHECKS = [
    not_a_server_error, openapi.status_code_conformance, openapi.content_type_conformance,
    openapi.response_headers_conformance, openapi.response_schema_conformance, openapi.ignored_auth,
    openapi.negative_data_rejection, openapi.unsupported_method,
]  # fmt: skip
FITTING = (
    ("/api/v1/admin/", "administrator"),
    ("/api/v1/tasks", "performer"),
    ("/api/v1/workstation", "performer"),
    ("/api/v1/journals", "journal_keeper"),
    ("/api/v1/", "citizen"),
)

schema = schemathesis.openapi.from_path(FILE)
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])


@pytest.fixture(scope="module")
def session():
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


def ask(case, door, session):
    """Send what was generated as someone who may ask such things; names of existing things are put into some."""
    role = next((role for start, role in FITTING if case.path.startswith(start)), None)
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        for name in case.path_parameters or {}:
            chance = crc32(json.dumps(case.path_parameters, sort_keys=True, default=str).encode())
            if door.known.get(name) and chance % 3 == 0:
                case.path_parameters[name] = door.known[name][chance % len(door.known[name])]
    headers = {"Authorization": f"Bearer {door.tokens[role]}"} if role else {}
    return case.call(base_url=door.url, session=session, headers=headers, timeout=30)


class TestThePublicApi:
    @schema.exclude(path=EVENTS).parametrize()
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def test_answers_as_its_document_says(self, case, door, session):
        response = ask(case, door, session)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400 and "json" in response.headers["content-type"][0]:
            check_problem(response)


def check_problem(response):
    """RFC 9457, with our own promises: the code in the type, the status in the body, words, a request id."""
    said = response.json()
    assert response.headers["content-type"] == ["application/problem+json"]
    assert response.headers["content-language"][0] in LANGUAGES
    assert said["type"] == f"/problems/{said['code']}"
    assert said["status"] == response.status_code
    assert said["title"] and said["detail"]
    assert said["request_id"] == response.headers["x-request-id"][0]


class TestTheEventStream:
    """Its answer has no end, so that its head alone is looked at."""

    @schema.include(path=EVENTS).parametrize()
    @settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def test_opens_or_refuses_as_its_document_says(self, case, door, session):
        sent = case.as_transport_kwargs(base_url=door.url)
        sent["headers"] = {**sent.get("headers", {}), "Authorization": f"Bearer {door.tokens['performer']}"}
        with session.request(**sent, stream=True, timeout=30) as response:
            documented = case.operation.definition.raw["responses"] if sent["method"] == "GET" else {"405"}
            assert str(response.status_code) in documented
            if response.status_code == 200:
                assert response.headers["Content-Type"].startswith("text/event-stream")
            else:
                assert response.headers["Content-Type"] == "application/problem+json"
