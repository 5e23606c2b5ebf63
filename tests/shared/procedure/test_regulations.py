"""What is asked of the law once it is loaded."""

import datetime as dt

import pytest

from shared.procedure import NoEditionInForce, UnknownEdition, load


class TestRegulations:
    def test_use_the_latest_edition_adopted_by_the_day_of_filing(self, folder):
        regulations = load(folder)
        titles = {
            day: regulations.edition("kokaral", "vaccination", dt.date.fromisoformat(day)).title.en
            for day in ("2025-06-01", "2026-02-28", "2026-03-01", "2027-01-01")
        }
        assert list(titles.values()) == ["Vaccination (old)", "Vaccination (old)", "Vaccination", "Vaccination"]

    def test_know_no_edition_before_the_first(self, folder):
        with pytest.raises(NoEditionInForce) as refusal:
            load(folder).edition("kokaral", "vaccination", dt.date(2025, 5, 31))
        assert (refusal.value.region, refusal.value.service, refusal.value.on) == (
            "kokaral",
            "vaccination",
            dt.date(2025, 5, 31),
        )

    def test_know_no_service_that_no_file_describes(self, regulations):
        with pytest.raises(NoEditionInForce):
            regulations.edition("akmola", "hiv-test", dt.date(2026, 11, 23))

    def test_keep_an_edition_for_the_life_of_its_applications(self, folder):
        old = load(folder).by_id("kokaral.vaccination@2025-06-01")
        assert old.title.en == "Vaccination (old)"

    def test_do_not_know_an_edition_that_was_never_adopted(self, regulations):
        with pytest.raises(UnknownEdition) as refusal:
            regulations.by_id("akmola.booking@2015-07-10")
        assert refusal.value.edition_id == "akmola.booking@2015-07-10"

    def test_make_the_catalogue_of_a_day_and_an_owner(self, whole):
        regulations = load(whole)
        day = dt.date(2025, 2, 1)
        assert len(regulations.current(day)) == 13
        assert [edition.id for edition in regulations.current(day, owner="booking")] == [
            "akmola.booking@2025-01-01",
            "akmola.home-call@2025-01-01",
            "zhambyl.booking@2025-01-01",
            "zhambyl.home-call@2025-01-01",
        ]
        assert len(regulations.current(dt.date(2026, 11, 23))) == 14

    def test_ask_a_certificate_of_akmolas_citizens_and_a_password_of_zhambyls(self, regulations):
        """Akmola 8(2), zhambyl 11(2)."""
        assert {code: region.login.acr for code, region in regulations.regions.items()} == {
            "akmola": "certificate",
            "zhambyl": "password",
        }
        assert regulations.edition("akmola", "booking", dt.date(2026, 1, 1)).acr == "certificate"

    def test_allow_documents_on_akmolas_portal_and_on_zhambyls_for_attachment_alone(self, regulations):
        """Akmola 8(5); for zhambyl attachment ours."""
        allowed = {
            (edition.region, edition.service): edition.channels["portal"].documents
            for edition in regulations.current(dt.date(2026, 11, 23))
            if "portal" in edition.channels
        }
        assert allowed == {
            ("akmola", "booking"): 5,
            ("akmola", "home-call"): 5,
            ("akmola", "attachment"): 5,
            ("zhambyl", "booking"): 0,
            ("zhambyl", "home-call"): 0,
            ("zhambyl", "attachment"): 3,
        }

    def test_have_the_register_checked_where_the_decree_says_so(self, regulations):
        """Zhambyl booking, home-call, attachment 5(1); psych and narco 5(1)."""
        required = {
            (edition.region, edition.service, step.key): (precondition.require, *step.channels)
            for edition in regulations.current(dt.date(2026, 11, 23))
            for step in edition.steps
            for precondition in step.preconditions
            if precondition.clause
        }
        assert required == {
            ("zhambyl", "booking", "accept"): ("in-population-register", "direct", "phone"),
            ("zhambyl", "home-call", "accept"): ("in-population-register", "direct", "phone"),
            ("zhambyl", "attachment", "check"): ("in-population-register",),
            ("zhambyl", "psych-certificate", "register"): ("attached-to-district",),
            ("zhambyl", "narco-certificate", "register"): ("attached-to-district",),
        }

    def test_have_external_registers_consulted_where_the_decree_says_so(self, regulations):
        """Zhambyl TB 5(1), psych 5(1)."""
        consulted = {
            (edition.service, consultation.register)
            for edition in regulations.current(dt.date(2026, 11, 23))
            for step in edition.steps
            for consultation in step.consultations
        }
        assert consulted == {("tb-certificate", "tb-patients"), ("psych-certificate", "dynamic-observation")}
