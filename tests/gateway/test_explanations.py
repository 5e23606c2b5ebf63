"""GET /problems/{code}: the `type` of a problem leads to words that a person understands."""

import re
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from gateway.condition2.errors import SignatureNotConfirmed, SignatureNotJudged
from gateway.explanations.catalogue import advice, explanations
from gateway.explanations.page import page
from shared.errors import LANGUAGES

EXAMINED = [*SignatureNotConfirmed.variants, SignatureNotJudged.code]


class TestExplanations:
    def test_say_of_every_refused_signature_what_to_do(self):
        assert set(advice()) == set(EXAMINED)
        for code in EXAMINED:
            told = explanations()[code]
            assert told.condition == 2
            assert told.step
            assert told.clause
            assert all(told.title[language] and told.detail[language] for language in LANGUAGES)
            assert len({len(told.steps[language]) for language in LANGUAGES}) == 1

    def test_call_only_a_refusal_process_4(self):
        assert explanations()["certificate-expired"].process == 4
        assert explanations()["no-revocation-data"].process is None

    def test_hold_the_codes_of_every_service(self):
        assert {"not-found", "form-token-expired", "document-too-deep", "slot-taken", "login-refused"} <= set(
            explanations()
        )

    def test_leave_out_samples(self):
        assert "room-not-free" not in explanations()


class TestAdvice:
    def test_names_no_code_twice(self):
        tables = tomllib.loads((files("gateway.explanations") / "advice.toml").read_text("utf-8"))
        counted = Counter(code for table in tables.values() for code in table["codes"])
        assert set(counted.values()) == {1}


class TestPage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_needs_nothing_from_elsewhere(self, language):
        for told in explanations().values():
            written = page(told, language)
            assert written.startswith(f'<!doctype html><html lang="{language}">')
            assert not re.search(r"<script|<img|<link|src=|https?://|url\(", written)
            assert "{" not in written.partition("</style>")[2]


class TestExplain:
    async def test_gives_a_browser_a_page_in_its_language(self, region):
        headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "ru-KZ,ru;q=0.9"}
        answer = await region.client.get("/problems/authentication-key", headers=headers)
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-language"] == "ru"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "ключ подписи" in answer.text
        assert (await region.client.get("/problems/authentication-key?lang=kk", headers=headers)).headers[
            "content-language"
        ] == "kk"

    async def test_gives_a_program_all_languages(self, region):
        told = (await region.client.get("/problems/certificate-expired")).json()
        assert set(told["title"]) == set(told["steps"]) == set(LANGUAGES)
        assert (told["condition"], told["process"], told["step"]) == (2, 4, 6)

    async def test_is_where_a_refusal_leads(self, region, citizen):
        holder = region.ca.citizen(
            iin=citizen.iin, surname="А", given_name="Б", at=region.now(), purpose="authentication"
        )
        refused = await citizen.file(citizen.signed(await citizen.document(), key=holder.key))
        assert refused.json()["code"] == "authentication-key"
        told = await region.client.get(refused.json()["type"])
        assert (told.status_code, told.json()["code"]) == (200, "authentication-key")

    async def test_knows_no_other_code(self, region, problem):
        problem(await region.client.get("/problems/no-such-thing"), 404, "not-found")
        problem(await region.client.get("/problems/not-found?lang=de"), 422, "invalid-request")
