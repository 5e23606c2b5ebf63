"""What the gateway says of itself: the public document, the words of its problems, its tables."""

import json
from pathlib import Path

import pytest

import attachment.districts.schemas
import attachment.register.schemas
import attachment.representing.schemas
import auth.colleagues.schemas
import auth.providers.schemas
import auth.staff.schemas
import booking.appointments.schemas
import booking.attendance.schemas
import booking.doctors.schemas
import booking.exceptions.schemas
import booking.holds.schemas
import booking.home_calls.schemas
import booking.schedules.schemas
import lab.samples.schemas
import lab.slips.schemas
from gateway.database import metadata
from gateway.document import document
from gateway.routing import reception, shapes
from shared.db import metadata as shared_metadata
from shared.errors import missing_texts
from shared.testing.databases import drift

OPENAPI = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"
OWNERS = (
    attachment.districts.schemas, attachment.register.schemas, attachment.representing.schemas,
    auth.colleagues.schemas, auth.providers.schemas, auth.staff.schemas,
    booking.appointments.schemas, booking.doctors.schemas,
    booking.attendance.schemas, booking.exceptions.schemas, booking.holds.schemas, booking.home_calls.schemas,
    booking.schedules.schemas, lab.samples.schemas, lab.slips.schemas,
)  # fmt: skip


class TestDocument:
    def test_is_current(self):
        """`python -m gateway openapi` writes it."""
        assert OPENAPI.read_text("utf-8") == document()

    def test_says_of_every_route_who_may_ask_and_what_can_go_wrong(self):
        described = json.loads(document())
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                assert operation["summary"], (method, path)
                assert "429" in operation["responses"], (method, path)
                assert ("security" in operation) == ("401" in operation["responses"]), (method, path)

    def test_names_no_schema_that_it_does_not_have(self):
        text = document()
        schemas = json.loads(text)["components"]["schemas"]
        named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
        assert named <= set(schemas)

    def test_gives_every_operation_a_name_of_its_own(self):
        described = json.loads(document())
        names = [one["operationId"] for operations in described["paths"].values() for one in operations.values()]
        assert len(names) == len(set(names))


MODULES = (shapes, reception)
SHAPES = [
    one
    for module in MODULES
    for one in vars(module).values()
    if isinstance(one, type) and one.__module__ == module.__name__
]
PUBLIC = [shape for shape in SHAPES if not shape.__name__.startswith("_")]
COMPARED = [
    pytest.param(shape, getattr(owner, shape.__name__), id=shape.__name__)
    for shape in PUBLIC
    for owner in OWNERS
    if hasattr(owner, shape.__name__)
]


class TestShapes:
    @pytest.mark.parametrize(("shape", "owners"), COMPARED)
    def test_have_the_members_that_the_owner_has(self, shape, owners):
        assert set(shape.model_fields) == set(owners.model_fields)
        required = {name for name, field in owners.model_fields.items() if field.is_required()}
        assert {name for name, field in shape.model_fields.items() if field.is_required()} == required

    def test_are_compared_all(self):
        assert {each.id for each in COMPARED} == {shape.__name__ for shape in PUBLIC}


class TestProblems:
    def test_have_words_in_three_languages(self):
        assert missing_texts("gateway") == []


class TestTables:
    async def test_are_those_of_the_migrations(self, make_database):
        made = await make_database("gateway")
        names = [*metadata.tables, "outbox", "inbox", "person_keys"]
        assert await drift(made.owner_url, metadata, shared_metadata, tables=names) == []
