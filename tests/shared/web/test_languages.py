"""The language of an answer, by what the caller prefers."""

import pytest

from shared.web import negotiate


class TestNegotiate:
    @pytest.mark.parametrize(("header", "language"), [
        (None, "kk"), ("", "kk"), ("ru", "ru"), ("EN-gb", "en"), ("fr, ru;q=0.5", "ru"), ("en;q=0.5, ru;q=0.5", "en"),
        ("*", "kk"), ("ru;q=0", "kk"), ("en;q=2", "kk"), ("en;q=-1", "kk"), (";;;,,q=", "kk"),
        ("ru ; q=0.3 , en ; q=0.4", "en"),
    ])  # fmt: skip
    def test_chooses_by_weight_and_then_by_order(self, header, language):
        assert negotiate(header) == language
