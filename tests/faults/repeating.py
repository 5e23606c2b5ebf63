"""A hundred applications under a hundred keys, each sent twenty times at once: one effect, and one answer."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from tests.acceptance.conftest import Town
from tests.faults.history import History
from tests.faults.load import insist, new_key
from tests.faults.services import REACH, SERVICES

from shlyuz.demo.portal import Portal

KEYS, TIMES, KEYS_AT_ONCE, SENDERS = 100, 20, 2, 5
PICKED = "zhambyl.booking"
REPEATABLE = frozenset({"booking", "home-call"})
"""Services in which one person may have many open applications."""
Answer = tuple[int, str]
Prepared = tuple[str, Portal, dict[str, str]]
"""The key, who sends, and the signed body."""


async def repeat(prepared: Iterable[Prepared], history: History) -> dict[str, list[Answer]]:
    """Give all answers by key; what a key was answered first is told to the history."""
    gate, answers = asyncio.Semaphore(KEYS_AT_ONCE), dict[str, list[Answer]]()

    async def send(key: str, portal: Portal, signed: Mapping[str, str]) -> Answer:
        headers = {"Idempotency-Key": key}
        answer = await insist(lambda: portal.api.request("POST", "/applications", json=dict(signed), headers=headers))
        if key not in answers:
            answers[key] = []
            history.told("filed", key, answer.json())
        return answer.status_code, answer.text

    async def together(key: str, portal: Portal, signed: Mapping[str, str]) -> None:
        async with gate:
            answers[key] = await asyncio.gather(*(send(key, portal, signed) for _ in range(TIMES)))

    await asyncio.gather(*(together(*each) for each in prepared))
    return answers


async def prepare(town: Town, chance: Random) -> list[Prepared]:
    """Have people sign beforehand; where a time is picked each another one, that nobody else wants."""
    prepared = []
    services = [one for one in SERVICES if one.name in REPEATABLE]
    for service in services:
        provider = service.providers[0]
        times = await insist(partial(_times, town, provider)) if service.full_name == PICKED else []
        for _ in range(SENDERS):
            portal = await insist(partial(town.citizen, service.region))
            for _ in range(KEYS // SENDERS // len(services)):
                fields = await insist(partial(service.fill_in, portal.api, provider, chance))
                fields |= {"slot": times.pop()} if times else {}
                form = await insist(partial(portal.fill_in, service.full_name, provider, fields))
                prepared.append((new_key(chance), portal, portal.sign(form)))
    return prepared


async def _times(town: Town, provider: str) -> list[dict[str, str]]:
    """Free times beyond those that people at work book."""
    portal = await town.citizen()
    after = (datetime.now(UTC) + REACH + timedelta(days=1)).isoformat()
    doctors = (await portal.api.get(f"/providers/{provider}/doctors"))["items"]
    query = {"doctor_id": doctors[0]["id"], "from": after, "limit": KEYS}
    items = (await portal.api.get(f"/providers/{provider}/slots", **query))["items"]
    return [{"id": each["id"], "starts_at": each["starts_at"]} for each in items]
