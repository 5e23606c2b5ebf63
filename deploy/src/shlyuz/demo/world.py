"""The people and organisations of a demo region, as its home folder keeps them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from shared.pki.signing import SigningKey
from shlyuz.demo.api import Api
from shlyuz.demo.portal import Person, Portal
from shlyuz.demo.workstation import Workstation

KEYS = RSA, GOST = ("rsa", "gost")
_WITH_CERTIFICATE = frozenset({"akmola"})  # akmola booking 8(1)-(2); zhambyl booking 11(1)-(2): by IIN
_SHIFT = timedelta(minutes=5)  # an access token lasts for ten
PATIENCE = 65  # seconds: the demo may be repeated faster than a person logs in


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A region that runs: where its gateway answers, and who lives in it (`people.json`)."""

    http: httpx.AsyncClient
    people: Mapping[str, Any]
    folder: Path
    keys: str = RSA
    """With which of their keys people sign."""
    desks: dict[tuple[str, str], tuple[datetime, Workstation]] = field(default_factory=dict)
    """Who is at work, and since when."""

    @classmethod
    def at(cls, http: httpx.AsyncClient, home: Path, *, keys: str = RSA) -> "World":
        people = json.loads((home / "people.json").read_bytes())
        return cls(http=http, people=people, folder=home / "demo", keys=keys)

    @property
    def roots(self) -> list[str]:
        """Files that let anyone check a result: the root certificate first, then what else is needed.

        Seals are RSA's always; where performers sign with GOST keys, that authority's files come behind.
        """
        others = [] if self.keys == RSA else self.people[self.keys]["roots"]
        return [str(Path(path).absolute()) for path in (*self.people["roots"], *others)]

    def provider(self, region: str) -> Mapping[str, Any]:
        return next(dict(each) for each in self.people["providers"] if each["region"] == region)

    def with_certificate(self, region: str) -> bool:
        """Say whether people of the region log in by registration certificate, not by IIN."""
        return region in _WITH_CERTIFICATE

    def citizens(self, region: str) -> list[int]:
        """Give the numbers of the region's citizens."""
        return [number for number, each in enumerate(self.people["citizens"]) if each["region"] == region]

    def portal(self, number: int, *, language: str = "en") -> Portal:
        """Seat the citizen of that number before a portal."""
        return Portal(
            Api(http=self.http, language=language, patience=PATIENCE),
            person(self.people["citizens"][number], self.keys),
        )

    async def at_work(self, provider: str, performer: str) -> Workstation:
        """Give the workstation of someone who is at work there in that role, after he has logged in."""
        now, key = datetime.now(UTC), (provider, performer)
        since, workstation = self.desks.get(key, (None, None))
        if workstation is None or since is None or now - since > _SHIFT:
            workstation = self.workstation(provider, performer)
            await workstation.log_in()
            self.desks[key] = (now, workstation)
        return workstation

    def workstation(self, provider: str, performer: str) -> Workstation:
        """Seat a member of the provider's staff who has the performer's role at a workstation."""
        staff = next(each for each in self.people["staff"] if each["bin"] == provider and performer in each["roles"])
        return Workstation(
            api=Api(http=self.http, patience=PATIENCE),
            bin=staff["bin"],
            key=key_of(staff, self.keys),
            password=staff["password"],
        )


def person(citizen: Mapping[str, Any], keys: str = RSA) -> Person:
    """Read a citizen with the key from his key file."""
    parts = (citizen["surname"], citizen["given_name"], citizen["patronymic"])
    return Person(
        iin=citizen["iin"], name=" ".join(filter(None, parts)), password=citizen["password"], key=key_of(citizen, keys)
    )


def key_of(holder: Mapping[str, Any], keys: str = RSA) -> SigningKey:
    """Open a holder's key file with the key of that kind."""
    file = holder if keys == RSA else holder[keys]
    return SigningKey.from_p12(Path(file["p12"]).read_bytes(), file["p12_password"])


def authentication_key(world: World, citizen: int) -> SigningKey:
    """Make the citizen's other key, the one for authentication: it may log in elsewhere, and never signs."""
    from shared.testing.authority import Authority

    holder = world.people["citizens"][citizen]
    names = {key: holder[key] for key in ("iin", "surname", "given_name", "patronymic")}
    folder = world.people["authority"] if world.keys == RSA else world.people[world.keys]["authority"]
    return Authority.load(Path(folder)).citizen(**names, at=datetime.now(UTC), purpose="authentication").key
