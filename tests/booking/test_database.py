"""The database is what the code declares, and every refusal has its texts."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from booking.base import Base
from booking.specialties import specialties
from shared.db import Database
from shared.errors import missing_texts
from shared.testing import drift


class TestSchema:
    async def test_is_what_the_models_declare(self, booking_database):
        assert await drift(booking_database.owner_url, Base.metadata, tables=list(Base.metadata.tables)) == []

    async def test_lets_the_application_change_no_table(self, booking_database):
        database = Database(booking_database.url)
        with pytest.raises(DBAPIError, match="must be owner"):
            async with database.transaction() as session:
                await session.execute(text("ALTER TABLE slots DROP CONSTRAINT ex_slots_overlap"))
        await database.close()


class TestTexts:
    def test_are_complete(self):
        assert missing_texts("booking") == []

    @pytest.mark.parametrize("code", sorted(specialties()))
    def test_of_a_specialty_are_in_three_languages(self, code):
        assert set(specialties()[code]) == {"kk", "ru", "en"}
        assert all(specialties()[code].values())
