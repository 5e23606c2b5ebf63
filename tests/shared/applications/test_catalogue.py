"""The catalogue's block diagram: what it answers, in which language, and to those who have it already."""

import re
from html import escape, unescape
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


class TestPage:
    PATH, BROWSER = "/services/ulytau.fitness/regulation", {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    async def test_is_for_browsers_in_their_language(self, world):
        told = {}
        for language, words in {"kk": "Бас тарту негіздері", "ru": "Основания для отказа", "en": "Grounds"}.items():
            answer = await world.get(self.PATH, headers={**self.BROWSER, "Accept-Language": language})
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert answer.headers["content-language"] == language
            assert answer.headers["vary"] == "Accept, Accept-Language"
            assert f'<html lang="{language}">' in answer.text
            assert words in answer.text
            told[language] = answer.text
        assert len(set(told.values())) == 3
        chosen = await world.get(f"{self.PATH}?lang=ru", headers={**self.BROWSER, "Accept-Language": "en"})
        assert chosen.text == told["ru"]
        assert (await world.get(self.PATH, headers={"Accept": "*/*"})).headers["content-type"] == "application/json"

    async def test_says_every_rule_with_its_clause(self, world):
        page = (await world.get(self.PATH, headers={**self.BROWSER, "Accept-Language": "en"})).text
        law = (await world.get(self.PATH)).json()
        for step in law["steps"]:
            assert escape(step["title"]["en"]) in page
        rules = [*(ground["text"] for ground in law["grounds"]), *(result["title"] for result in law["results"])]
        rules += [one["label"] for one in (*law["form"], *law["journal"]["fields"])]
        rules += [reason["title"] for reason in law["annulment"]["reasons"]]
        assert all(escape(words["en"]) in page for words in rules)
        assert "30 min" in page
        assert page.count('class="cited"') > len(law["steps"]) + len(rules)

    async def test_shows_the_drawing_of_each_channel_and_needs_nothing_else(self, world):
        answer = await world.get(self.PATH, headers={**self.BROWSER, "Accept-Language": "en"})
        sources = [unescape(source) for source in re.findall(r'<img src="([^"]+)"', answer.text)]
        assert sources == ["regulation.svg?channel=portal&lang=en", "regulation.svg?channel=direct&lang=en"]
        for source in sources:
            drawn = await world.get(f"/services/ulytau.fitness/{source}")
            assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
        assert "img-src 'self'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        again = await world.get(self.PATH, headers={**self.BROWSER, "If-None-Match": answer.headers["etag"],
                                                    "Accept-Language": "en"})  # fmt: skip
        assert again.status_code == 304


class TestRegulation:
    async def test_says_of_every_rule_where_it_stands(self, world):
        law = (await world.get("/services/ulytau.fitness/regulation")).json()
        rules = [*law["steps"], *law["grounds"], *law["results"], *law["form"], law["journal"], *law["withdrawals"]]
        rules += [rule for step in law["steps"] for part in ("limits", "signed", "outcomes") for rule in step[part]]
        assert all(rule["clause"] or rule["source"] == "ours" for rule in rules)
        assert {"number", "date", "clause", "issuer", "repealed"} <= set(law["act"])
        assert law["edition"].startswith("ulytau.fitness@")
        assert set(law["steps"][0]["title"]) == {"kk", "ru", "en"}
