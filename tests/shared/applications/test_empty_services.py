"""A service among no providers: it starts, migrates, answers health, and says what it could carry out."""

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from shared.personal import Keyring
from shared.web import CallerKey

REGULATIONS = Path(__file__).parents[3] / "shared" / "regulations"


def code_of(name: str) -> SimpleNamespace:
    return SimpleNamespace(
        create=import_module(f"{name}.app").create, settings=import_module(f"{name}.settings").Settings
    )


@pytest.fixture(params=["lab"])
async def service(request, make_database, tmp_path):
    name, code = request.param, code_of(request.param)
    made, gateway = await make_database(name), CallerKey.generate("gateway")
    (tmp_path / "gateway.pem").write_bytes(gateway.public_pem())
    (tmp_path / "personal.json").write_bytes(Keyring.generate().dump())
    app = code.create(
        code.settings(
            env="development", database_url=made.url, caller_keys=tmp_path, personal_key=tmp_path / "personal.json",
            regulations=REGULATIONS,
        )
    )  # fmt: skip
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=f"http://{name}") as http,
    ):
        http.headers["Authorization"] = f"Bearer {gateway.sign(name)}"
        yield http


class TestAServiceWithoutProviders:
    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
    async def test_answers_health(self, service, path):
        assert (await service.get(path)).status_code == 200

    async def test_offers_its_own_regulations_and_nobody_to_carry_them_out(self, service):
        assert [each["service"] for each in (await service.get("/services")).json()["items"]] == ["hiv-test"]
        assert (await service.get("/providers")).json()["items"] == []
        assert (await service.get("/services/akmola.attachment")).json()["code"] == "service-not-offered"

    @pytest.mark.parametrize("name", ["attachment", "certificate", "lab"])
    async def test_refuses_to_start_without_the_law(self, name):
        code = code_of(name)
        with pytest.raises(RuntimeError, match="SHLYUZ_REGULATIONS"):
            code.create(code.settings(env="development"))
