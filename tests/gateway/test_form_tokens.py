"""Form tokens alone: what they are bound to, and that nothing of them can be changed."""

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.forms.errors import (
    FormTokenExpired,
    FormTokenForAnotherPurpose,
    FormTokenForAnotherService,
    FormTokenForged,
)
from gateway.forms.tokens import Form, FormTokens, read_keys

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
KEY, OTHER = b"k" * 32, b"o" * 32
FORM = Form(purpose="application", service="zhambyl.booking", edition="zhambyl-370")


@pytest.fixture
def tokens():
    return FormTokens([KEY], lifetime=DAY)


class TestFormToken:
    def test_gives_back_the_form_it_was_given_for(self, tokens):
        given = tokens.give(FORM, now=NOW)
        assert given.expires_at == NOW + DAY
        assert tokens.check(given.token, purpose="application", service="zhambyl.booking", now=NOW) == FORM

    def test_is_over_at_its_end(self, tokens):
        token = tokens.give(FORM, now=NOW).token
        with pytest.raises(FormTokenExpired):
            tokens.check(token, purpose="application", service="zhambyl.booking", now=NOW + DAY)

    def test_is_for_one_purpose_and_one_service(self, tokens):
        token = tokens.give(FORM, now=NOW).token
        with pytest.raises(FormTokenForAnotherPurpose):
            tokens.check(token, purpose="withdrawal", service="zhambyl.booking", now=NOW)
        with pytest.raises(FormTokenForAnotherService):
            tokens.check(token, purpose="application", service="akmola.booking", now=NOW)

    def test_outlives_a_new_key_as_long_as_the_old_one_is_kept(self):
        token = FormTokens([OTHER], lifetime=DAY).give(FORM, now=NOW).token
        kept = FormTokens([KEY, OTHER], lifetime=DAY)
        assert kept.check(token, purpose="application", service="zhambyl.booking", now=NOW) == FORM
        with pytest.raises(FormTokenForged):
            FormTokens([KEY], lifetime=DAY).check(token, purpose="application", service="zhambyl.booking", now=NOW)

    @given(text=st.text(max_size=80) | st.from_regex(r"\Av1\.[A-Za-z0-9_-]{0,60}\.[A-Za-z0-9_-]{0,44}\Z"))
    def test_that_nobody_gave_is_forged_whatever_it_looks_like(self, text):
        with pytest.raises(FormTokenForged):
            FormTokens([KEY], lifetime=DAY).check(text, purpose="application", service=None, now=NOW)

    @given(place=st.integers(min_value=0, max_value=10_000), letter=st.sampled_from("ABCxyz019_-"))
    def test_cannot_be_changed_at_any_place(self, place, letter):
        tokens = FormTokens([KEY], lifetime=DAY)
        token = tokens.give(FORM, now=NOW).token
        place %= len(token) - 1
        changed = token[:place] + letter + token[place + 1 :]
        if changed == token:
            return
        with pytest.raises(FormTokenForged):
            tokens.check(changed, purpose="application", service="zhambyl.booking", now=NOW)

    def test_needs_whole_keys(self, tmp_path):
        with pytest.raises(ValueError, match="32 bytes"):
            FormTokens([b"short"], lifetime=DAY)
        with pytest.raises(ValueError, match="at least one"):
            FormTokens([], lifetime=DAY)
        keys = [os.urandom(32), os.urandom(32)]
        (tmp_path / "keys").write_text("\n".join(base64.b64encode(key).decode() for key in keys) + "\n")
        assert list(read_keys(tmp_path / "keys")) == keys
