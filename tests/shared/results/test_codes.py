import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.results import CodeMalformedError, new_code, parse_code


class TestNewCode:
    def test_carries_its_owner_and_26_digits(self):
        assert re.fullmatch(r"crt-[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}", new_code("crt"))

    def test_never_repeats(self):
        assert len({new_code("bkg") for _ in range(1000)}) == 1000

    def test_uses_all_of_128_bits(self):
        first_digits = {new_code("bkg")[4] for _ in range(500)}

        assert first_digits == set("01234567")

    @pytest.mark.parametrize("owner", ["", "bk", "BKG", "b-g", "bkgs", "лаб"])
    def test_refuses_an_owner_that_is_no_prefix(self, owner):
        with pytest.raises(CodeMalformedError):
            new_code(owner)


class TestParseCode:
    @given(st.sampled_from(["bkg", "att", "crt", "lab"]))
    def test_reads_back_every_code(self, owner):
        code = new_code(owner)

        assert parse_code(code).owner == owner
        assert str(parse_code(code)) == code

    @pytest.mark.parametrize(
        "typed",
        [
            "lab-01234567890abcdefghjkmnpqr",
            "LAB-01234567890ABCDEFGHJKMNPQR",
            "  lab 01234 56789 0abcd efghj kmnpq r\n",
            "lab-o1234567890abcdefghjkmnpqr",
            "LAB-Oi234567890ABCDEFGHJKMNPQR",
            "lab-0l23-4567-890a-bcde-fghj-kmnp-qr",
            "lab–01234567890abcdefghjkmnpqr",
        ],
        ids=["as it is", "upper case", "spaces", "letter o", "letter i", "letter l and dashes", "en dash"],
    )
    def test_forgives_what_people_type(self, typed):
        assert parse_code(typed).code == "lab-01234567890abcdefghjkmnpqr"

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "-",
            "bkg",
            "bkg-",
            "bkg-0123456789012345678901234",
            "bkg-012345678901234567890123456",
            "bkg-u1234567890123456789012345",
            "bkg-80000000000000000000000000",
            "bkg-0123456789012345678901234\u0666",
            "бкг-01234567890123456789012345",
            "../bkg-0123456789012345678901",
            "bkg-" + "0" * 100_000,
        ],
        ids=range(12),
    )
    def test_refuses_what_is_no_code(self, typed):
        with pytest.raises(CodeMalformedError):
            parse_code(typed)

    @given(st.text())
    def test_never_fails_in_another_way(self, typed):
        with contextlib.suppress(CodeMalformedError):
            parse_code(typed)
