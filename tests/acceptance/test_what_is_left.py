"""What a walk leaves behind where anyone may look: messages, logs, metrics, tables. No person is in any of it."""

import asyncio
import base64
import json
from urllib.request import urlopen

import pytest

from shared.testing.messages import all_messages
from shlyuz.demo import booking

SERVICES = ("gateway", "auth", "booking")
SIGNS = {"surname": "Қарлығашбекова", "given_name": "Жансерікгүл", "patronymic": "Нұрасылханқызы"}


@pytest.fixture(scope="module")
async def gone_through(town):
    """Both walks by people of rare names, a refusal by each condition; gives what must not be found anywhere."""
    words = [*SIGNS.values(), booking.PHONE, booking.COMPLAINT, booking.ADDRESS]
    for region in ("akmola", "zhambyl"):
        portal = await town.citizen(region, **SIGNS)
        receipt = await town.file(portal, region)
        await town.complete(region, receipt["id"])
        bad = portal.sign(await town.document(portal, region), key=town.newcomer().person.key)
        await portal.api.http.post(
            "/api/v1/applications", json=bad, headers={"Authorization": f"Bearer {portal.api.token}"}
        )
        words.append(portal.person.iin)
    words += [person["iin"] for person in town.came + town.world.people["staff"]]
    await asyncio.sleep(2)  # sealing and sending go on behind
    return spellings(words)


def spellings(words):
    """Each word as it is, in capitals, as JSON escapes it, in base64 and in hexadecimal."""
    found = set()
    for word in words:
        for form in {word, word.upper()}:
            encoded = form.encode()
            found |= {form, json.dumps(form)[1:-1], encoded.hex()}
            if len(encoded) > 11:
                found.add(base64.b64encode(encoded[: len(encoded) // 3 * 3]).decode())
    return found


def seen(text, words):
    return sorted(word for word in words if word in text)


class TestMessages:
    async def test_hold_facts_and_no_person(self, whole_region, gone_through):
        messages = await all_messages(whole_region.kafka)
        assert len(messages) > 10
        for message in messages:
            headers = b" ".join(name.encode() + value for name, value in message.headers)
            text = b" ".join([message.key or b"", message.value or b"", headers]).decode()
            assert seen(text, gone_through) == []


class TestLogs:
    def test_hold_no_person(self, whole_region, gone_through):
        files = sorted((whole_region.home / "log").glob("*.log"))
        assert len(files) > 12
        for file in files:
            assert seen(file.read_text("utf-8", "replace"), gone_through) == [], file.name

    def test_hold_no_failure_of_ours(self, whole_region, gone_through):
        failures = [
            line
            for file in (whole_region.home / "log").glob("*-web.log")
            for line in file.read_text("utf-8").splitlines()
            if '"request failed"' in line
        ]
        assert failures == []


class TestMetrics:
    def test_hold_no_person(self, whole_region, gone_through):
        for port in whole_region.ready_ports.values():
            with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                assert seen(answer.read().decode(), gone_through) == []


class TestTables:
    @pytest.mark.parametrize("service", SERVICES)
    async def test_hold_no_person_in_the_clear(self, town, gone_through, service):
        tables = await town.ask_database(service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            if table in {"staff", "doctors", "slots", "revocation_lists"}:  # whose names are public, or no names at all
                continue
            rows = await town.ask_database(service, f'SELECT t::text FROM "{table}" t')  # noqa: S608 - of the catalogue
            for (row,) in rows:
                assert seen(row, gone_through) == [], table
