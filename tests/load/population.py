"""Makes what the load needs beforehand: citizens with accounts, doctors with free times, applications signed."""

import asyncio
import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from shared.pki.signing import SigningKey, sign
from shared.testing.authority import Authority
from shared.testing.identities import iin
from shlyuz.state import RegionState

PASSWORD = "a bench citizen's password"
SERVICE = "zhambyl.booking"
TOGETHER = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A request that is ready to be sent: the body's bytes, and the access token of the citizen whose it is."""

    document: bytes
    body: bytes
    token: str


async def signed_applications(region: RegionState, citizens: int, count: int) -> list[Signed]:
    """Prepare `count` applications of so many citizens, each naming a free time of its own, in turn."""
    authority = Authority.load(Path(region.people["authority"]))
    people = [str(iin(birth=date(1950 + n // 340, 1 + n % 12, 1 + n % 28), sex="f", number=n)) for n in range(citizens)]
    issued = datetime.now(UTC)
    keys = [authority.citizen(iin=each, surname="ЖҮКТЕМЕ", given_name="СЫНАҚ", at=issued).key for each in people]
    tokens = await accounts(region, people)
    provider = next(each["bin"] for each in region.people["providers"] if each["region"] == "zhambyl")
    slots, token = await free_slots(region, provider, count), await form_token(region)
    requests = []
    for number, slot in enumerate(slots):
        who = number % citizens
        signed = document(people[who], provider, slot, token)
        requests.append(Signed(document=signed, body=_body(signed, keys[who]), token=tokens[who]))
    return requests


def _body(signed: bytes, key: SigningKey) -> bytes:
    signature = sign(signed, key, at=datetime.now(UTC))
    return json.dumps({"document": b64encode(signed).decode(), "signature": b64encode(signature).decode()}).encode()


async def accounts(region: RegionState, people: Sequence[str]) -> list[str]:
    """Register and log in each citizen; gives access tokens in the same order."""
    gate = asyncio.Semaphore(TOGETHER)
    async with aiohttp.ClientSession(region.url) as http:

        async def enter(person: str) -> str:
            async with gate:
                body = {"iin": person, "password": PASSWORD, "phone": "+77011234567", "language": "kk"}
                async with http.post("/api/v1/users", json=body) as answer:
                    answer.raise_for_status()
                form = {"grant_type": "password", "username": person, "password": PASSWORD}
                async with http.post("/api/v1/auth/token", data=form) as answer:
                    answer.raise_for_status()
                    return str((await answer.json())["access_token"])

        return list(await asyncio.gather(*map(enter, people)))


async def free_slots(region: RegionState, provider: str, count: int) -> list[tuple[str, str]]:
    """Put so many free times into the provider's schedule; gives id and start of each."""
    connection = await asyncpg.connect(region.owner_urls["booking"].replace("+asyncpg", ""))
    doctors, now = 50, datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    try:
        ids = [uuid4() for _ in range(doctors)]
        await connection.executemany(
            "INSERT INTO doctors (id, provider, surname, given_name, specialty, room, created_at)"
            " VALUES ($1, $2, 'Жүктеме', 'Сынақ', 'therapist', '1', $3)",
            [(each, provider, now) for each in ids],
        )
        rows = []
        for number in range(count):
            start = now + timedelta(days=1, minutes=10 * (number // doctors))
            rows.append((uuid4(), provider, ids[number % doctors], start, start + timedelta(minutes=10)))
        await connection.copy_records_to_table(
            "slots", records=rows, columns=["id", "provider", "doctor", "starts_at", "ends_at"]
        )
        await connection.execute("VACUUM ANALYZE slots")
    finally:
        await connection.close()
    return [(f"bkg-{row[0].hex}", row[3].isoformat()) for row in rows]


async def form_token(region: RegionState) -> str:
    async with aiohttp.ClientSession(region.url) as http, http.get(f"/api/v1/services/{SERVICE}/form") as answer:
        answer.raise_for_status()
        return str((await answer.json())["form_token"])


def document(person: str, provider: str, slot: tuple[str, str], token: str) -> bytes:
    value: dict[str, Any] = {
        "purpose": "application",
        "audience": "shlyuz",
        "request_id": str(uuid4()),
        "applicant": {"iin": person},
        "patient": {"iin": person},
        "region": "zhambyl",
        "service": "booking",
        "provider": provider,
        "fields": {
            "slot": {"id": slot[0], "starts_at": slot[1]},
            "complaint": "Үш күннен бері бас ауырады",
            "phone": "+77011234567",
        },
        "documents": [],
        "form_token": token,
    }
    return json.dumps(value, ensure_ascii=False).encode()
