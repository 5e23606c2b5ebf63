"""Supervisors see who works with them, and administrators of a region's operator which regions are theirs."""

import pytest

STAFF = {"name": "Асқар Тест", "language": "ru", "roles": ["dispatcher"]}


@pytest.fixture
async def administrator(auth, polyclinic):
    return await auth.actor(polyclinic.administrator_iin, polyclinic.bin)


@pytest.fixture
def hire(auth, administrator, polyclinic, make_iin):
    async def made(**more):
        body = {"iin": make_iin(), "bin": polyclinic.bin, **STAFF, **more}
        return (await auth.ask("POST", "/admin/staff", actor=administrator, json=body)).json()

    return made


@pytest.fixture
async def supervisor(auth, hire, polyclinic):
    hired = await hire(name="Супервайзер", roles=["supervisor"])
    return await auth.actor(hired["iin"], polyclinic.bin, hired["password"])


class TestColleagues:
    async def test_are_listed_by_role_without_their_iins(self, auth, hire, supervisor, polyclinic):
        dispatcher, registry = await hire(), await hire(roles=["registry"])
        answer = await auth.ask("GET", "/staff?role=dispatcher", actor=supervisor)
        (shown,) = answer.json()["items"]
        assert shown == {
            "account_id": dispatcher["account_id"], "bin": polyclinic.bin, "name": STAFF["name"],
            "roles": ["dispatcher"],
        }  # fmt: skip
        first = (await auth.ask("GET", "/staff?limit=2", actor=supervisor)).json()
        rest = (await auth.ask("GET", f"/staff?cursor={first['next_cursor']}", actor=supervisor)).json()
        everybody = [one["account_id"] for one in (*first["items"], *rest["items"])]
        assert {dispatcher["account_id"], registry["account_id"], supervisor.account_id} < set(everybody)
        assert len(everybody) == 4
        assert rest["next_cursor"] is None

    async def test_are_those_who_work_there_now(self, auth, administrator, hire, supervisor):
        path = f"/internal/colleagues/{(gone := await hire())['account_id']}"
        assert (await auth.ask("GET", path, actor=supervisor)).json()["roles"] == ["dispatcher"]
        await auth.ask("PATCH", f"/admin/staff/{gone['account_id']}", actor=administrator, json={"active": False})
        refused = await auth.ask("GET", path, actor=supervisor)
        assert (refused.status_code, refused.json()["code"]) == (404, "colleague-not-found")
        assert (await auth.ask("GET", "/staff?role=dispatcher", actor=supervisor)).json()["items"] == []

    async def test_are_of_the_own_provider(self, auth, supervisor, operator):
        administrator = await auth.actor(operator.administrator_iin, operator.bin)
        for account in (administrator.account_id, "aut-00", "x"):
            refused = await auth.ask("GET", f"/internal/colleagues/{account}", actor=supervisor)
            assert (refused.status_code, refused.json()["code"]) == (404, "colleague-not-found")

    async def test_are_for_supervisors(self, auth, administrator):
        refused = await auth.ask("GET", "/staff", actor=administrator)
        assert (refused.status_code, refused.json()["code"]) == (403, "supervisor-only")


class TestOperatedRegions:
    PATH = "/internal/operated-regions"

    async def test_are_those_of_the_organisation(self, auth, operator):
        by = await auth.actor(operator.administrator_iin, operator.bin)
        assert (await auth.ask("GET", self.PATH, actor=by)).json() == {"regions": ["akmola", "zhambyl"]}
        assert (await auth.ask("GET", f"{self.PATH}?region=akmola", actor=by)).json() == {"regions": ["akmola"]}
        refused = await auth.ask("GET", f"{self.PATH}?region=ulytau", actor=by)
        assert (refused.status_code, refused.json()["code"]) == (403, "region-not-operated")

    async def test_are_none_of_a_providers(self, auth, administrator, supervisor):
        refused = await auth.ask("GET", self.PATH, actor=administrator)
        assert (refused.status_code, refused.json()["code"]) == (403, "region-not-operated")
        refused = await auth.ask("GET", self.PATH, actor=supervisor)
        assert refused.json()["code"] == "administrator-only"
