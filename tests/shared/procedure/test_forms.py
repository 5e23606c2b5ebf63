"""The JSON Schemas that forms are shown and checked by."""

import datetime as dt
from types import MappingProxyType

import jsonschema
import pytest

from shared.procedure import Channel, UnknownOutcome, form_schema, outcome_schema
from shared.procedure.texts import LANGUAGES

DAY = dt.date(2026, 11, 23)
SLOT = "bkg-" + "0" * 32


@pytest.fixture
def edition(regulations):
    return lambda region, service: regulations.edition(region, service, DAY)


def errors(schema, fields):
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return sorted("/".join(map(str, error.absolute_path)) or error.validator for error in validator.iter_errors(fields))


AKMOLA = {
    "specialty": "therapist",
    "times": [{"from": "2026-11-25T09:00:00+05:00", "to": "2026-11-25T12:00:00+05:00"}],
    "condition": "Бас ауруы, температура > 38",
    "address": "Көкшетау қ., Абай к-сі 1",
    "phone": "+77010000000",
}


class TestEveryForm:
    def test_is_a_schema_in_every_language(self, regulations):
        for current in regulations.current(DAY):
            for channel, variant in current.routes():
                for language in LANGUAGES:
                    jsonschema.Draft202012Validator.check_schema(
                        form_schema(current, language, channel=channel, variant=variant)
                    )
            for step in current.steps:
                for outcome in step.outcomes:
                    jsonschema.Draft202012Validator.check_schema(outcome_schema(step, outcome.key))

    def test_says_where_each_field_comes_from(self, edition):
        properties = form_schema(edition("zhambyl", "booking"), "en")["properties"]
        assert (properties["slot"]["x-clause"], properties["phone"]["x-source"]) == ("11", "ours")
        assert (properties["slot"]["title"], properties["slot"]["x-kind"]) == ("Free time of the doctor", "slot")


class TestTheFormOfAkmolasBooking:
    def test_takes_a_specialty_and_the_times_that_suit(self, edition):
        assert errors(form_schema(edition("akmola", "booking")), AKMOLA) == []

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ({"doctor": SLOT}, ["oneOf"]),
            ({"specialty": None}, ["oneOf"]),
            ({"times": []}, ["times"]),
            ({"times": AKMOLA["times"] * 6}, ["times"]),
            ({"times": [{"from": "yesterday", "to": "2026-11-25T12:00:00+05:00"}]}, ["times/0/from"]),
            ({"times": [{"from": "2026-11-25T12:00:00+05:00"}]}, ["times/0"]),
            ({"condition": "  "}, ["condition"]),
            ({"condition": "a" * 501}, ["condition"]),
            ({"condition": "bell\u0007"}, ["condition"]),
            ({"condition": "two\nlines"}, ["condition"]),
            ({"condition": "\u202eright to left"}, ["condition"]),
            ({"address": "here"}, ["address"]),
            ({"phone": "87010000000"}, ["phone"]),
            ({"phone": "+77010000000\n"}, ["phone"]),
            ({"phone": None}, ["required"]),
            ({"hurry": True}, ["additionalProperties"]),
        ],
    )
    def test_refuses(self, edition, change, wrong):
        fields = {name: value for name, value in (AKMOLA | change).items() if value is not None}
        assert errors(form_schema(edition("akmola", "booking")), fields) == wrong

    def test_asks_at_a_reschedule_for_the_times_alone(self, edition):
        schema = form_schema(edition("akmola", "booking"), purpose="reschedule")
        assert (list(schema["properties"]), schema["x-documents"]) == (["times"], {"maximum": 0})

    def test_asks_at_a_withdrawal_for_nothing(self, edition):
        assert errors(form_schema(edition("akmola", "booking"), purpose="withdrawal"), {}) == []

    def test_asks_at_the_counter_for_what_the_journal_holds(self, edition):
        schema = form_schema(edition("akmola", "booking"), channel=Channel.DIRECT)
        assert list(schema["properties"]) == ["condition", "address", "phone"]


class TestTheFormOfAnHivTest:
    def test_asks_an_anonymous_person_for_nothing(self, edition):
        asked = {
            variant: list(
                form_schema(edition("zhambyl", "hiv-test"), channel=Channel.DIRECT, variant=variant)["properties"]
            )
            for variant in ("anonymous", "confidential")
        }
        assert asked == {"anonymous": [], "confidential": ["phone"]}


DECIDED = {"status": "employee", "decided_by": "doctor"}


class TestTheDataOfAStep:
    def test_has_the_fields_of_its_outcome(self, edition):
        schema = outcome_schema(edition("akmola", "booking").step("give-time"), "time-given", "ru")
        assert schema["title"] == "Записать в журнал, сообщить дату и время приёма: Время назначено"
        starts_at = "2026-11-23T09:00:00+05:00"
        assert errors(schema, {"slot": {"id": SLOT, "starts_at": starts_at}}) == []
        assert errors(schema, {"slot": {"id": SLOT + "\n", "starts_at": starts_at}}) == ["slot/id"]
        assert errors(schema, {"slot": {"id": SLOT}}) == ["slot"]

    @pytest.mark.parametrize(
        ("data", "wrong"),
        [
            ({"diagnosis": "J06.9", "starts_on": "2026-11-23", "ends_on": "2026-11-27", **DECIDED}, []),
            (
                {"diagnosis": "flu", "starts_on": "2026-11-31", "ends_on": "tomorrow", **DECIDED},
                ["diagnosis", "ends_on", "starts_on"],
            ),
        ],
    )
    def test_of_a_sheet_is_a_diagnosis_and_a_period(self, edition, data, wrong):
        step = edition("akmola", "disability-sheet").step("examine")
        assert errors(outcome_schema(step, "issued"), data) == wrong

    def test_offers_choices_by_name(self, edition):
        step = edition("akmola", "phc-certificate").step("issue")
        choices = outcome_schema(step, "issued", "kk")["properties"]["form"]["oneOf"]
        assert [choice["const"] for choice in choices] == ["form-annex", "form-035-2", "form-079"]

    def test_of_an_unknown_outcome_is_refused(self, edition):
        with pytest.raises(UnknownOutcome):
            outcome_schema(edition("akmola", "booking").step("give-time"), "maybe")


HOME = {"locality": "Тараз қаласы", "street": "Абай көшесі", "house": "12А", "flat": "5"}


class TestAResidence:
    """An address in its parts, by which a district can be found."""

    @pytest.mark.parametrize("region", ["akmola", "zhambyl"])
    def test_is_asked_by_the_form_of_attachment(self, edition, region):
        schema = form_schema(edition(region, "attachment"))
        assert errors(schema, {"address": HOME, "phone": AKMOLA["phone"]}) == []
        without_flat = {key: part for key, part in HOME.items() if key != "flat"}
        assert errors(schema, {"address": without_flat, "phone": AKMOLA["phone"]}) == []

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ({"street": None}, ["address"]),
            ({"street": " "}, ["address/street"]),
            ({"street": "a" * 101}, ["address/street"]),
            ({"street": "Абай\u202eкөшесі"}, ["address/street"]),
            ({"house": "үй"}, ["address/house"]),
            ({"house": "0"}, ["address/house"]),
            ({"flat": ""}, ["address/flat", "address/flat"]),
            ({"country": "KZ"}, ["address"]),
        ],
    )
    def test_refuses(self, edition, change, wrong):
        home = {name: part for name, part in (HOME | change).items() if part is not None}
        fields = {"address": home, "phone": AKMOLA["phone"]}
        assert errors(form_schema(edition("zhambyl", "attachment")), fields) == wrong

    def test_is_no_line_of_text(self, edition):
        fields = {"address": "Тараз, Абай, 12", "phone": AKMOLA["phone"]}
        assert errors(form_schema(edition("zhambyl", "attachment")), fields) == ["address"]


class TestARightToAct:
    SAID = MappingProxyType({
        "kind": "parent", "proof": "birth-certificate", "number": "11-22 № 0334455", "surname": "Ермекова-Ли",
        "given_name": "Д'Айару", "patronymic": "Ғ.",
    })  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ({}, []),
            ({"patronymic": None}, []),
            ({"number": None}, ["representation"]),
            ({"kind": "Parent"}, ["representation/kind"]),
            ({"surname": "<b>"}, ["representation/surname"]),
            ({"surname": "Ли5"}, ["representation/surname"]),
            ({"surname": "Ли\n"}, ["representation/surname"]),
            ({"given_name": "\u202eу"}, ["representation/given_name"]),
            ({"given_name": "а" * 500}, ["representation/given_name"]),
        ],
    )
    def test_names_document_and_patient(self, edition, change, wrong):
        said = {name: part for name, part in ({**self.SAID} | change).items() if part is not None}
        fields = {"address": HOME, "phone": AKMOLA["phone"], "representation": said}
        found = errors(form_schema(edition("akmola", "attachment")), fields)
        assert sorted(set(found)) == wrong
