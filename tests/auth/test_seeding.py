"""The operator's first deeds, before anyone can log in."""

import pytest

from auth.administrator import ROLE
from auth.providers.service import Description
from auth.seeding import Wanted
from auth.staff.errors import RoleUnknown, StaffExists
from shared.errors import InvalidRequest
from shared.personal import BinInvalid, IinInvalid


class TestSeeding:
    async def test_makes_the_first_administrator_with_a_password_of_its_own(self, auth, make_bin, make_iin):
        organisation, iin = make_bin(), make_iin()
        await auth.seeding.operator(organisation, ["akmola"])
        made = await auth.seeding.staff(Wanted(iin=iin, bin=organisation, name="Әкімші"))
        actor = await auth.actor(iin, organisation, made.password)
        assert (actor.account_id, actor.roles) == (made.account_id, {ROLE})

    async def test_never_makes_the_same_password_twice(self, auth, make_bin, make_iin):
        organisation = make_bin()
        wanted = [Wanted(iin=make_iin(), bin=organisation, name="Әкімші") for _ in range(2)]
        first, second = [await auth.seeding.staff(one) for one in wanted]
        assert first.password != second.password

    async def test_may_name_an_operator_twice(self, auth, make_bin):
        organisation = make_bin()
        for _ in range(2):
            await auth.seeding.operator(organisation, ["akmola", "zhambyl"])

    async def test_tells_a_provider_that_is_there_already_no_second_time(self, auth, polyclinic):
        described = (
            "SELECT bin, region, names, address, zone, opening_hours, services, active FROM providers WHERE bin = :bin"
        )
        [row] = await auth.rows(described, bin=polyclinic.bin)
        again = await auth.seeding.provider(Description(**{**row, "services": tuple(row["services"])}))
        assert again.version == 1
        assert await auth.rows("SELECT count(*) FROM outbox WHERE key = :bin", bin=polyclinic.bin) == [{"count": 1}]

    async def test_refuses_a_service_that_the_region_does_not_have(self, auth, polyclinic):
        """Only zhambyl's decree has the HIV test."""
        described = "SELECT bin, region, names, address, zone, opening_hours, active FROM providers WHERE bin = :bin"
        [row] = await auth.rows(described, bin=polyclinic.bin)
        with pytest.raises(InvalidRequest):
            await auth.seeding.provider(Description(**row, services=("hiv-test",)))

    async def test_refuses_a_region_without_regulations(self, auth, make_bin):
        with pytest.raises(InvalidRequest):
            await auth.seeding.operator(make_bin(), ["atlantis"])

    async def test_refuses_a_second_account_and_wrong_numbers_and_roles(self, auth, operator, make_iin):
        again = Wanted(iin=operator.administrator_iin, bin=operator.bin, name="Әкімші")
        with pytest.raises(StaffExists):
            await auth.seeding.staff(again)
        with pytest.raises(IinInvalid):
            await auth.seeding.staff(Wanted(iin="1", bin=operator.bin, name="Әкімші"))
        with pytest.raises(BinInvalid):
            await auth.seeding.staff(Wanted(iin=make_iin(), bin="1", name="Әкімші"))
        with pytest.raises(RoleUnknown):
            await auth.seeding.staff(Wanted(iin=make_iin(), bin=operator.bin, name="Әкімші", roles=frozenset({"king"})))
