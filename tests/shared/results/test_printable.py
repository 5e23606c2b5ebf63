import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.results.printable import SHOWN, printable, printable_data

KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"


class TestPrintable:
    def test_leaves_kazakh_russian_and_english_as_they_are(self):
        text = f"{KAZAKH} Ёё «Сырттан»: №5 – O'Brien-Müller"

        assert printable(text) == text

    def test_composes_letters(self):
        assert printable("Й".encode().decode() + "и\u0306") == "Йй"

    @pytest.mark.parametrize(
        "hidden",
        ["\u202e", "\u2066", "\u200f", "\u200b", "\u00ad", "\ufeff", "\0", "\x07", "\x1b", "\x85"[:0], "\U000e0041"],
        ids=ascii,
    )
    def test_takes_out_what_hides_or_reorders(self, hidden):
        assert printable(f"Ас{hidden}қар") == "Асқар"

    def test_makes_one_line_of_many(self):
        assert printable("  a\r\n\tb\u2028c\u00a0d\x85e ") == "a b c d e"

    def test_shows_that_a_character_cannot_be_shown(self):
        assert printable("名前 😀 \ue000 \ud800 ع") == "\ufffd\ufffd \ufffd \ufffd \ufffd \ufffd"

    def test_lets_long_runs_break(self):
        broken = printable("x" * 100)

        assert broken.replace("\u200b", "") == "x" * 100
        assert max(map(len, broken.split("\u200b"))) == 28

    @given(st.text())
    def test_gives_only_what_the_fonts_have(self, text):
        for character in printable(text).replace("\u200b", ""):
            assert any(first <= ord(character) <= last for first, last in SHOWN)
            assert unicodedata.category(character)[0] != "C"


class TestPrintableData:
    def test_walks_through_everything(self):
        value = {"a": ["x\0", ("y\u202e",), {"b": "z "}], "n": None, "i": 5, "f": 1.5, "t": True}

        assert printable_data(value) == {"a": ["x", ["y"], {"b": "z"}], "n": None, "i": 5, "f": 1.5, "t": True}

    @pytest.mark.parametrize("value", [b"bytes", date(2026, 1, 5), {"set"}, object()], ids=type)
    def test_refuses_what_is_not_json(self, value):
        with pytest.raises(TypeError, match="not a JSON value"):
            printable_data({"field": value})
