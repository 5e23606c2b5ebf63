"""Codes on tubes and slips: what people misread is found before anything is looked up."""

import pytest

from lab import digits
from lab.digits import ALPHABET, CodeMistyped
from lab.samples import codes as samples
from lab.slips import codes as slips

MAKERS = [
    pytest.param(samples.new_sample_code, samples.read_sample_code, samples.printed, id="sample"),
    pytest.param(slips.new_slip, slips.read_slip, slips.printed, id="slip"),
]


@pytest.mark.parametrize(("make", "read", "printed"), MAKERS)
class TestACode:
    def test_is_read_as_it_is_printed(self, make, read, printed):
        code = make()
        assert read(printed(code)) == code
        assert read(f" {printed(code).lower().replace('-', ' – ')} ") == code

    def test_is_read_with_letters_that_look_like_digits(self, make, read, printed):
        for _ in range(50):
            code = make()
            assert read(code.replace("0", "o").replace("1", "l")) == code == read(code.replace("1", "I"))

    def test_is_refused_with_any_one_character_misread(self, make, read, printed):
        code = make()
        for place, right in enumerate(code):
            for wrong in set(ALPHABET) - {right}:
                with pytest.raises(CodeMistyped):
                    read(code[:place] + wrong + code[place + 1 :])

    def test_is_refused_with_neighbours_swapped(self, make, read, printed):
        """A hybrid system finds all swaps but a few; over many codes that is more than 95 of 100."""
        found = swapped = 0
        for _ in range(40):
            code = make()
            for place in range(len(code) - 1):
                if code[place] == code[place + 1]:
                    continue
                swapped += 1
                try:
                    read(code[:place] + code[place + 1] + code[place] + code[place + 2 :])
                except CodeMistyped:
                    found += 1
        assert found > 0.95 * swapped

    @pytest.mark.parametrize("typed", ["", "0", "U" * 10, "0" * 65, "٠" * 10, "7K3Q!-0X9TB", "0000\x00"])
    def test_is_refused_when_it_is_none(self, make, read, printed, typed):
        with pytest.raises(CodeMistyped):
            read(typed)


class TestASlip:
    def test_has_80_random_bits_and_never_comes_twice(self):
        assert slips.DIGITS * digits.BITS_A_DIGIT >= 80
        assert len({slips.new_slip() for _ in range(1000)}) == 1000

    def test_is_found_by_a_slow_hash_that_another_secret_changes(self):
        code = slips.new_slip()
        assert slips.slip_hash(code, b"salt") == slips.slip_hash(code, b"salt") != slips.slip_hash(code, b"other")
        assert len(slips.slip_hash(code, b"salt")) == 32

    def test_uses_every_character(self):
        assert set("".join(slips.new_slip() for _ in range(200))) == set(ALPHABET)
