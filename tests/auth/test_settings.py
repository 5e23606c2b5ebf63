"""Settings that would weaken a region are refused where it is in earnest."""

import pytest
from pydantic import ValidationError

from auth.settings import Settings


class TestSettings:
    def test_refuse_cheap_passwords_in_production(self):
        with pytest.raises(ValidationError, match="so cheaply"):
            Settings(env="production", password_memory_kib=1024)

    def test_allow_them_in_development(self):
        assert Settings(env="development", password_memory_kib=1024).password_memory_kib == 1024

    def test_are_strong_enough_as_they_are(self):
        assert Settings(env="production").password_memory_kib == 47_104

    def test_refuse_test_identities_in_production(self):
        with pytest.raises(ValidationError, match="ALLOW_TEST_IDENTITIES"):
            Settings(env="production", allow_test_identities=True)
