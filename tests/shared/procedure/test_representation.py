"""Rights to act for another, as the regulations folder writes them: who, until which age, shown by what."""

from datetime import date
from shutil import copytree

import pytest

from shared.procedure import RegulationsInvalid, load

from .conftest import REGULATIONS

FILE = "representation.toml"


@pytest.fixture(scope="module")
def rights():
    return load(REGULATIONS).rights


class TestAParent:
    @pytest.mark.parametrize(("born", "ends"), [
        (date(2010, 5, 20), date(2028, 5, 20)),
        (date(2012, 2, 29), date(2030, 3, 1)),
        (date(2006, 3, 1), date(2024, 3, 1)),
    ])  # fmt: skip
    def test_acts_until_the_child_is_eighteen(self, rights, born, ends):
        """Code on marriage and family, 1(1); Civil Code, 17(1)."""
        assert rights["parent"].ends_on(born, date(2020, 1, 1)) == ends

    def test_begins_nothing_with_an_adult(self, rights):
        assert rights["parent"].ends_on(date(2000, 1, 1), date(2026, 1, 1)) == date(2018, 1, 1)

    def test_shows_a_birth_certificate(self, rights):
        assert rights["parent"].shown_by("birth-certificate")
        assert not rights["parent"].shown_by("court-decision")


class TestAGuardian:
    def test_of_a_minor_acts_until_eighteen(self, rights):
        assert rights["guardian"].ends_on(date(2010, 5, 20), date(2020, 1, 1)) == date(2028, 5, 20)

    def test_of_an_adult_acts_until_a_court_says_otherwise(self, rights):
        """Civil Code, 26: whom a court found without capacity."""
        assert rights["guardian"].ends_on(date(1960, 5, 20), date(2020, 1, 1)) is None
        assert rights["guardian"].ends_on(date(2002, 1, 1), date(2020, 1, 1)) is None


class TestTheFile:
    @pytest.fixture
    def folder(self, tmp_path):
        copytree(REGULATIONS, tmp_path, dirs_exist_ok=True)
        return tmp_path

    def test_may_be_missing_and_then_nobody_acts(self, folder):
        (folder / FILE).unlink()
        assert load(folder).rights == {}

    @pytest.mark.parametrize(("old", "new", "path"), [
        ("ends_at_age = 18\n", "", "ends_at_age"), ("ends_at_age = 18\n", "ends_at_age = 0\n", "ends_at_age"),
        ('source = "ours"\n', "", "proof"), ('kind = "guardian"', 'kind = "parent"', "right"),
        ("of_adults = true", "of_adults = true\nhaste = 1", "haste"), ('clause = "1(1)"', 'clause = ""', "clause"),
    ])  # fmt: skip
    def test_is_refused_with_its_name_where_it_is_wrong(self, folder, old, new, path):
        text = (folder / FILE).read_text("utf-8")
        assert old in text
        (folder / FILE).write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(RegulationsInvalid) as refused:
            load(folder)
        assert [fault.file for fault in refused.value.faults] == [FILE]
        assert path in str(refused.value.faults[0])
