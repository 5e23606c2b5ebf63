"""Problems: codes, words in three languages, and the check that no word is missing."""

from datetime import timedelta

import pytest

from shared.errors import NotFound, ProblemError, ServiceAway, missing_texts, text_of
from shared.testing.sample.rooms import RoomAlreadyTaken


class Refused(ProblemError):
    code = "refused-somehow"
    status = 422
    condition = 2
    process = 4
    variants = ("refused-a", "refused-b")


class TestProblemError:
    def test_carries_the_numbers_of_the_decree_unless_told_others(self):
        assert (Refused().condition, Refused().process) == (2, 4)
        assert (Refused(process=7).condition, Refused(process=7).process) == (2, 7)

    def test_takes_a_code_of_its_family_only(self):
        assert Refused(code="refused-a").code == "refused-a"
        assert Refused().codes() == ("refused-somehow", "refused-a", "refused-b")
        with pytest.raises(ValueError, match="does not know"):
            Refused(code="other")

    def test_says_in_whole_seconds_when_to_come_back(self):
        assert ServiceAway("lab", retry_after=timedelta(milliseconds=1200)).headers == {"Retry-After": "2"}
        assert ServiceAway("lab", retry_after=timedelta(0)).headers == {"Retry-After": "1"}


class TestText:
    def test_is_found_beside_the_class_or_in_shared(self):
        assert text_of(RoomAlreadyTaken(number=7), "ru").title == "Комната 7 занята"
        assert text_of(NotFound(), "kk").title == "Табылмады"
        assert text_of(ServiceAway("lab"), "en").detail.startswith("lab does not answer")

    def test_leaves_a_place_open_rather_than_fail(self):
        assert text_of(RoomAlreadyTaken(), "en").title == "Room {number} is taken"

    def test_of_an_unknown_code_is_the_code(self):
        assert text_of(Refused(), "kk").title == "refused-somehow"


class TestMissingTexts:
    def test_finds_none_in_the_platform(self):
        ours = ("shared.errors", "shared.db", "shared.personal", "shared.events", "shared.web", "shared.testing.sample")
        assert [line for package in ours for line in missing_texts(package)] == []
