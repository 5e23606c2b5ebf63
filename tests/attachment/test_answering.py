"""The register asked in process by the applications of its own service: it says what it says over REST."""

from datetime import date

import pytest

from attachment.answering import OwnRegister
from shared.applications.register import Acting, Requirement
from shared.personal import Iin
from shared.testing.identities import iin

from .conftest import BINS, BORN, TODAY, street
from .test_representing import CHILD, record


@pytest.fixture
def register(attachment):
    platform = attachment.platform
    return OwnRegister(database=platform.database, persons=attachment.office.persons, clock=platform.clock)


async def lacks(register, attachment, own, required="in-population-register", at="first"):
    asked = Requirement(iin=Iin(own), require=required, provider=BINS[at])
    return (await register.lacks(asked, attachment.staff())).reason


class TestARequirement:
    async def test_is_answered_as_over_rest(self, attachment, register):
        await attachment.district(street())
        data = await attachment.add()
        assert await lacks(register, attachment, iin(birth=BORN, number=4444)) == "not-in-register"
        assert await lacks(register, attachment, data.iin) is None
        assert await lacks(register, attachment, data.iin, "attached-to-district") == "not-attached"
        await attachment.enrol(data)
        assert await lacks(register, attachment, data.iin, "attached-to-district") is None
        assert await lacks(register, attachment, data.iin, "attached-to-district", "second") == "attached-elsewhere"

    async def test_holds_for_who_moved_away_and_comes_back_by_enrolling(self, attachment, register):
        data = await attachment.add()
        person = (await attachment.look_up(iin=data.iin)).json()["items"][0]["id"]
        await attachment.happened(person, kind="moved-away")
        assert await lacks(register, attachment, data.iin) is None
        assert await lacks(register, attachment, data.iin, "attached-to-district") == "moved-away"
        await attachment.happened(person, kind="died")
        assert await lacks(register, attachment, data.iin) == "dead"

    async def test_is_seen_by_the_person(self, attachment, register):
        data = await attachment.add()
        await lacks(register, attachment, data.iin)
        log = (await attachment.call("GET", "/access-log", by=attachment.citizen(data.iin))).json()["items"]
        assert [each["action"] for each in log] == ["register-checked"]


class TestARightToAct:
    async def test_is_told_with_the_patients_name(self, attachment, register):
        child, parent = await attachment.add(birth_date=CHILD, given_name="Айару"), iin(birth=BORN, number=70)
        asked = Acting(applicant=Iin(parent), patient=Iin(child.iin))
        by = attachment.citizen(parent)
        assert (await register.standing(asked, by)).reason == "not-recorded"
        await record(attachment, parent, child)
        standing = await register.standing(asked, by)
        assert (standing.reason, standing.kind, standing.until) == (None, "parent", date(2033, 6, 1))
        assert standing.names == {"surname": child.surname, "given_name": "Айару", "patronymic": None}

    async def test_is_not_told_before_it_begins(self, attachment, register):
        child, parent = await attachment.add(birth_date=CHILD), iin(birth=BORN, number=71)
        await record(attachment, parent, child, from_on=str(TODAY.replace(year=2027)))
        asked = Acting(applicant=Iin(parent), patient=Iin(child.iin))
        standing = await register.standing(asked, attachment.citizen(parent))
        assert (standing.reason, dict(standing.names)) == ("not-begun", {})
