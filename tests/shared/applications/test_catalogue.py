"""The catalogue's block diagram: what it answers, in which language, and to those who have it already."""

from xml.etree import ElementTree as ET

import pytest


class TestBlockDiagram:
    PATH = "/services/ulytau.fitness/regulation.svg"

    async def test_is_an_image_with_an_entity_tag_that_needs_no_script(self, world):
        answer = await world.get(self.PATH)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert ET.fromstring(answer.content).tag.endswith("svg")
        again = await world.get(self.PATH, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await world.get(self.PATH, headers={"If-None-Match": '"another"'})).status_code == 200

    async def test_speaks_the_language_of_its_address_before_the_callers(self, world):
        asked = await world.get(f"{self.PATH}?lang=ru", headers={"Accept-Language": "kk"})
        assert asked.headers["content-language"] == "ru"
        assert "Блок-схема" in asked.text
        assert (await world.get(self.PATH, headers={"Accept-Language": "en"})).headers["content-language"] == "en"

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            ("/services/ulytau.unheard-of/regulation.svg", 404, "service-not-offered"),
            (f"{PATH}?channel=phone", 404, "service-not-offered"),
            (f"{PATH}?channel=smoke", 422, "invalid-request"),
            (f"{PATH}?variant=other", 422, "invalid-request"),
            (f"{PATH}?lang=de", 422, "invalid-request"),
        ],
    )
    async def test_refuses_what_there_is_not(self, world, path, status, code):
        answer = await world.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


class TestRegulation:
    async def test_says_of_every_rule_where_it_stands(self, world):
        law = (await world.get("/services/ulytau.fitness/regulation")).json()
        rules = [*law["steps"], *law["grounds"], *law["results"], *law["form"], law["journal"], *law["withdrawals"]]
        rules += [rule for step in law["steps"] for part in ("limits", "signed", "outcomes") for rule in step[part]]
        assert all(rule["clause"] or rule["source"] == "ours" for rule in rules)
        assert {"number", "date", "clause", "issuer", "repealed"} <= set(law["act"])
        assert law["edition"].startswith("ulytau.fitness@")
        assert set(law["steps"][0]["title"]) == {"kk", "ru", "en"}
