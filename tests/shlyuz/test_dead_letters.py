"""`shlyuz dlq` on a real database: what waits is listed, and released for the worker."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from shared.db import Database, new_id
from shlyuz.cli import app

pytestmark = pytest.mark.io

_LETTER = text(
    """
    INSERT INTO dead_letters (consumer, topic, key, partition, "offset", event_id, headers, value, state, error, tries)
    VALUES ('booking', 'shlyuz.providers.v1', '000140000019', 0, 7, :id, '[]', '{"secret": 1}', 'dead', 'KeyError', 3)
    """
)


@pytest.fixture
async def environment(make_module_database) -> dict[str, str]:
    made = await make_module_database("booking")
    database = Database(made.owner_url)
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM dead_letters"))
        await session.execute(_LETTER, {"id": new_id()})
    await database.close()
    return {"SHLYUZ_OWNER_URL_BOOKING": made.owner_url}


async def run(environment: dict[str, str], *arguments: str) -> Any:
    # In a thread of its own: the command begins an event loop.
    return await asyncio.to_thread(CliRunner().invoke, app, ["dlq", *arguments], env=environment)


class TestList:
    async def test_tells_what_waits_and_nothing_of_its_content(self, environment):
        result = await run(environment, "list", "--json")
        (letter,) = json.loads(result.stdout)
        assert (letter["service"], letter["state"], letter["error"], letter["tries"]) == (
            "booking",
            "dead",
            "KeyError",
            3,
        )
        assert "secret" not in result.output

    async def test_is_readable_by_a_person(self, environment):
        result = await run(environment, "list")
        assert "booking" in result.stdout
        assert "1 waiting" in result.stderr


class TestRedrive:
    async def test_releases_one_for_the_worker(self, environment):
        (letter,) = json.loads((await run(environment, "list", "--json")).stdout)
        result = await run(environment, "redrive", "booking", str(letter["seq"]), "--json")
        assert json.loads(result.stdout) == {"released": 1}
        (letter,) = json.loads((await run(environment, "list", "--json")).stdout)
        assert letter["state"] == "released"

    async def test_says_when_there_is_nothing_to_try(self, environment):
        assert (await run(environment, "redrive", "booking", "999999")).exit_code == 1

    async def test_says_which_services_it_knows(self, environment):
        result = await run(environment, "redrive", "lab")
        assert result.exit_code == 1
        assert "booking" in result.stderr
