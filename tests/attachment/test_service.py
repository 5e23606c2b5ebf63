"""attachment-svc starts, migrates, answers health, and offers nothing that it cannot do."""

from pathlib import Path

import httpx
import pytest

from attachment.app import create
from attachment.settings import Settings
from shared.personal import Keyring
from shared.web import CallerKey


@pytest.fixture
async def service(make_database, tmp_path):
    made = await make_database("attachment")
    gateway = CallerKey.generate("gateway")
    (tmp_path / "gateway.pem").write_bytes(gateway.public_pem())
    (tmp_path / "personal.json").write_bytes(Keyring.generate().dump())
    regulations = Path(__file__).parents[2] / "shared" / "regulations"
    settings = Settings(
        env="development", database_url=made.url, caller_keys=tmp_path, personal_key=tmp_path / "personal.json",
        regulations=regulations,
    )  # fmt: skip
    app = create(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://attachment") as http,
    ):
        http.headers["Authorization"] = f"Bearer {gateway.sign('attachment')}"
        yield http


class TestService:
    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
    async def test_answers_health(self, service, path):
        assert (await service.get(path)).status_code == 200

    async def test_offers_an_empty_catalogue(self, service):
        assert (await service.get("/services")).json() == {"items": [], "next_cursor": None}
        assert (await service.get("/providers")).json()["items"] == []
        assert (await service.get("/services/akmola.attachment")).json()["code"] == "service-not-offered"

    async def test_refuses_to_start_without_the_law(self):
        with pytest.raises(RuntimeError, match="SHLYUZ_REGULATIONS"):
            create(Settings(env="development"))
