"""A result at the front door after it was issued: checked off-line, annulled, corrected, and who looked at what."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from shlyuz.cli import app
from shlyuz.demo.api import Api
from shlyuz.demo.walks import refused
from shlyuz.demo.workstation import Workstation
from shlyuz.demo.world import key_of

from .scanning import scanned

WITHIN = 120  # seconds, for what a worker has to bring
WHY = {"reason": "error-in-document", "note": "Кабинет қате көрсетілген"}


async def until_issued(portal, application, *, but=""):
    """Wait until a result is in force whose code is not that one."""
    async with asyncio.timeout(WITHIN):
        while True:
            shown = await portal.api.get(f"/applications/{application}")
            if shown["result"] and shown["result"]["code"] != but:
                return shown
            await asyncio.sleep(0.2)


@pytest.fixture(scope="module")
async def issued(town):
    portal = await town.citizen("zhambyl")
    receipt = await town.file(portal)
    workstation = await town.complete("zhambyl", receipt["id"])
    shown = await until_issued(portal, receipt["id"])
    pdf = (await portal.api.request("GET", f"/applications/{receipt['id']}/result")).content
    return SimpleNamespace(portal=portal, id=receipt["id"], workstation=workstation, shown=shown, pdf=pdf)


async def verified(town, code):
    return (await town.http.get(f"/api/v1/verify/{code}", headers={"Accept": "application/json"})).json()


class TestAResult:
    async def test_is_known_as_genuine_without_a_network(self, town, issued, tmp_path):
        keys = (await town.http.get("/api/v1/verify-keys")).json()
        assert keys["unavailable"] == []
        (tmp_path / "keys.json").write_text(json.dumps(keys))
        text = scanned(issued.pdf)
        assert text.startswith(f"{issued.shown['result']['verify_url']}#")
        told = CliRunner().invoke(app, ["evidence", "verify-qr", text, "--keys", str(tmp_path / "keys.json"), "--json"])
        said = json.loads(told.stdout)
        assert (said["number"], said["issuer"]) == (issued.shown["number"], issued.workstation.bin)
        assert said["kind"] == (await verified(town, said["code"]))["kind"]["kk"]
        assert issued.portal.person.iin not in text

    async def test_is_annulled_and_corrected_under_a_new_code(self, town, issued):
        portal, staff, old = issued.portal, issued.workstation, issued.shown["result"]["code"]
        stranger = await town.workstation("akmola")
        assert (await refused(stranger.api.post(f"/results/{old}/annulment", WHY))).status == 404
        annulled = await staff.api.post(f"/results/{old}/annulment", WHY, **{"Idempotency-Key": "annul"})
        again = await staff.api.post(f"/results/{old}/annulment", WHY, **{"Idempotency-Key": "annul"})
        assert again == annulled
        assert (await refused(staff.api.post(f"/results/{old}/annulment", WHY))).code == "result-annulled"
        assert (await verified(town, old))["annulled_for"]["code"] == WHY["reason"]
        notice = (await portal.api.get("/notices"))["items"][0]
        assert (notice["kind"], notice["note"]) == ("annulment", WHY["note"])
        reopened = await staff.api.post(f"/results/{issued.id}/reissue", {})
        assert reopened["application"]["status"]["code"] == "result-being-corrected"
        await town.complete("zhambyl", issued.id)
        shown = await until_issued(portal, issued.id, but=old)
        assert [each["code"] for each in shown["annulled"]] == [old]
        assert (await verified(town, old))["in_force"] is False
        assert (await verified(town, shown["result"]["code"]))["in_force"] is True
        assert shown["appointment"] == issued.shown["appointment"]


class TestTheAccessLog:
    async def test_tells_of_every_look_also_into_the_register(self, town, issued):
        """The portal's cabinet gathers the records of all services: booking's, and those of the register's look-ups."""
        portal = await town.citizen("akmola")
        await town.into_register(portal, "akmola")
        registrar = await town.workstation("akmola", "registry")
        (known,) = (await registrar.api.post("/register/lookups", {"iin": portal.person.iin}))["items"]
        assert known["iin"] == portal.person.iin
        log = await portal.api.get("/access-log")
        looks = [look for look in log["items"] if look["action"].startswith("register")]
        assert (looks[0]["provider"], looks[0]["application"]) == (registrar.bin, None)
        assert looks[0]["name"]
        assert log["unavailable"] == []


class TestStatistics:
    async def test_are_for_administrators_of_the_regions_operator(self, town, issued):
        """Of a region that just began no month is over: there is nothing to count, from any of the four services."""
        period = {"from": "2026-01", "to": "2026-02"}
        assert (await refused(issued.workstation.api.get("/statistics", **period))).code == "administrator-only"
        operator = next(each for each in town.world.people["operators"] if "administrator" in each["roles"])
        administrator = Workstation(
            api=Api(http=town.http), bin=operator["bin"], key=key_of(operator, "rsa"), password=operator["password"]
        )
        await administrator.log_in()
        told = await administrator.api.get("/statistics", **period)
        assert (told["applications"], told["steps"], told["refusals"]) == ([], [], [])
        assert (set(told["regions"]) <= {"akmola", "zhambyl"}, told["unavailable"]) == (True, [])
        running = await refused(administrator.api.get("/statistics", **{"from": "2026-01", "to": "2099-01"}))
        assert (running.status, running.code) == (422, "invalid-request")
