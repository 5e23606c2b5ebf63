"""IIN and BIN: check digit with both weight rows, what the digits tell, and what never shows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.personal import Bin, BinInvalid, Iin, IinInvalid
from shared.personal.identities import check_digit


def numbered(first_eleven: str) -> str:
    digit = check_digit(first_eleven)
    assert digit is not None
    return f"{first_eleven}{digit}"


class TestCheckDigit:
    @pytest.mark.parametrize("number", ["000740000728", "971240001315", "020240000555"])
    def test_agrees_with_numbers_that_are_in_use(self, number):
        """Of companies, whose numbers are public."""
        assert check_digit(number[:11]) == int(number[11])

    @pytest.mark.parametrize("number", ["123456789011", "123456789021"])
    def test_disagrees_with_the_public_test_identities(self, number):
        """Of the certification authority's test keys."""
        assert check_digit(number[:11]) != int(number[11])

    def test_asks_the_second_row_when_the_first_gives_ten(self):
        # 10·1 = 10: the second row has the weight 1 at this place.
        assert check_digit("00000000010") == 1

    def test_does_not_exist_when_both_rows_give_ten(self):
        assert any(check_digit(f"{number:011}") is None for number in range(2000))

    @given(st.from_regex(r"[0-9]{11}", fullmatch=True), st.integers(0, 9), st.integers(1, 9))
    def test_finds_a_wrong_digit(self, first_eleven, place, by):
        """The modulus is prime: every one is found in the first ten places, as long as the first row decides."""
        digit = check_digit(first_eleven)
        wrong = f"{(int(first_eleven[place]) + by) % 10}"
        changed = first_eleven[:place] + wrong + first_eleven[place + 1 :]
        first = sum(int(d) * w for d, w in zip(first_eleven, range(1, 12), strict=True)) % 11
        second = sum(int(d) * w for d, w in zip(changed, range(1, 12), strict=True)) % 11
        if first < 10 and second < 10:
            assert check_digit(changed) != digit


class TestIin:
    @pytest.mark.parametrize(("first_eleven", "born", "sex"), [
        ("99123130001", date(1999, 12, 31), "male"), ("00022950001", date(2000, 2, 29), "male"),
        ("75060140001", date(1975, 6, 1), "female"), ("10010160001", date(2010, 1, 1), "female"),
        ("99123110001", date(1899, 12, 31), "male"), ("99123120001", date(1899, 12, 31), "female"),
    ])  # fmt: skip
    def test_tells_birth_date_and_sex(self, first_eleven, born, sex):
        iin = Iin.parse(numbered(first_eleven))
        assert (iin.birth_date, iin.sex, iin.warnings) == (born, sex, ())

    def test_without_a_birth_date_is_a_warning_and_no_refusal(self):
        assert Iin.parse(numbered("99133230001")).warnings == ("iin-without-birth-date",)
        foreign = Iin.parse(numbered("99123100001"))
        assert (foreign.birth_date, foreign.sex) == (None, None)

    def test_that_disagrees_with_a_birth_date_says_so(self):
        iin = Iin.parse(numbered("99123130001"))
        assert iin.disagrees_with(date(2000, 1, 1))
        assert not iin.disagrees_with(date(1999, 12, 31))

    @pytest.mark.parametrize(
        "text", ["", "1", "9912313000", "9912313000111", "99123130001a", " 991231300017", "\u0669" * 12]
    )
    def test_is_refused_when_it_is_not_twelve_digits(self, text):
        with pytest.raises(IinInvalid):
            Iin.parse(text)
        with pytest.raises(IinInvalid):
            Iin.parse(text, allow_test=True)

    def test_with_a_wrong_check_digit_is_for_tests_alone(self):
        right = numbered("99123130001")
        wrong = right[:11] + str((int(right[11]) + 1) % 10)
        with pytest.raises(IinInvalid):
            Iin.parse(wrong)
        assert Iin.parse(wrong, allow_test=True).value == wrong

    def test_never_shows_itself(self):
        iin = Iin.parse(numbered("99123130001"))
        assert iin.value not in f"{iin} {iin!r} {[iin]}"


class TestBin:
    def test_is_checked_and_shown(self):
        number = numbered("00014000001")
        assert str(Bin.parse(number)) == number
        with pytest.raises(BinInvalid):
            Bin.parse(number[:11] + str((int(number[11]) + 1) % 10))
