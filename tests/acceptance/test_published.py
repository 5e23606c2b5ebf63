"""Every regulation that is carried out, as people and programs read it at the front door."""

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest

SERVICES = [
    f"{region}.{service}" for region in ("akmola", "zhambyl") for service in ("booking", "home-call", "attachment")
]
LANGUAGES = ("kk", "ru", "en")


@pytest.fixture
def read(town):
    async def get(service, accept, language="en"):
        headers = {"Accept": accept, "Accept-Language": language}
        answer = await town.http.get(f"/api/v1/services/{service}/regulation", headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["vary"] == "Accept, Accept-Language"
        return answer

    return get


@pytest.mark.parametrize("service", SERVICES)
class TestARegulation:
    async def test_is_a_page_in_three_languages_with_every_step_and_ground(self, read, service):
        law = (await read(service, "application/json")).json()
        for language in LANGUAGES:
            page = await read(service, "text/html", language)
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert page.headers["content-language"] == language
            said = unescape(page.text)
            for rule in (*law["steps"], *law["results"]):
                assert rule["title"][language] in said
            for ground in law["grounds"]:
                assert ground["text"][language] in said
            assert law["act"]["number"] in said

    async def test_shows_its_drawings(self, town, read, service):
        law = (await read(service, "application/json")).json()
        page = await read(service, "text/html")
        sources = [unescape(source) for source in re.findall(r'<img src="([^"]+)"', page.text)]
        assert [re.search(r"channel=(\w+)", source)[1] for source in sources] == law["channels"]
        for source in sources:
            drawn = await town.http.get(f"/api/v1/services/{service}/{source}")
            assert drawn.headers["content-type"] == "image/svg+xml"
            assert ET.fromstring(drawn.content).tag.endswith("svg")
