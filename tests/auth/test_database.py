"""The database as migrations make it, and the words of every refusal."""

from auth import audit, challenges, keys, lockout, providers, sessions, staff, users  # noqa: F401 - tables are declared
from auth.audit import models as audit_models  # noqa: F401 - as above
from auth.metadata import metadata
from shared.errors import missing_texts
from shared.testing import drift


class TestMigrations:
    async def test_make_the_tables_that_the_code_declares(self, auth_settings):
        _, owner_url = auth_settings
        assert await drift(owner_url, metadata, tables=sorted(metadata.tables)) == []


class TestProblems:
    def test_have_words_in_three_languages(self):
        assert missing_texts("auth") == []
