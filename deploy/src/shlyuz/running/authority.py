"""The demo's two certificate authorities, as the country has two: one of RSA keys, one of GOST keys.

Made once, with a key file of each kind for everybody, and served with their lists on loopback.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shlyuz.running.home import Home, read_json

if TYPE_CHECKING:
    from shared.procedure import Regulations
    from shared.testing.authority import Authority, Holder
    from shared.testing.authority_server import AuthorityServer
    from shlyuz.seeding.cast import Member

RSA, GOST = "rsa", "gost"
LISTS = ("leaf.crl", "root.crl")
LISTS_EVERY = timedelta(hours=1)
TITLES = {RSA: "SHLYUZ DEMO", GOST: "SHLYUZ DEMO GOST"}


def authorities(home: Home, *, urls: Mapping[str, str], regulations: "Regulations") -> "dict[str, Authority]":
    """Load the authorities, or make them together with everybody's key files, each where it is not there yet.

    `urls` are where their lists are served, by the kind of their keys.
    """
    made = {kind: _authority(home, kind, base_url=url) for kind, url in urls.items()}
    people = read_json(home.cast)
    if GOST not in people:
        made[RSA].trust_toml(home.pki, beside={GOST: made[GOST]})
        people = people or _everybody(home, made[RSA], regulations)
        _equip_with_gost(home, made[GOST], people)
        for kind, one in made.items():
            one.save(folder(home, kind))
    for kind, one in made.items():
        publish(home, kind, one)
    home.write_json(home.cast, people)
    return made


@asynccontextmanager
async def served(
    home: Home, kind: str, made: "Authority", *, port: int, every: timedelta = LISTS_EVERY
) -> AsyncIterator["AuthorityServer"]:
    """Serve revocation lists and answers while the block lasts, and lay the lists beside the certificates."""
    from shared.testing.authority_server import AuthorityServer

    async with AuthorityServer(made, host="127.0.0.1", port=port, clock=lambda: datetime.now(UTC)) as server:
        laying = asyncio.create_task(_lay_lists(home, folder(home, kind), server, every))
        try:
            yield server
        finally:
            laying.cancel()
            await asyncio.gather(laying, return_exceptions=True)


async def _lay_lists(home: Home, place: Path, server: "AuthorityServer", every: timedelta) -> None:
    """A list serves for a day, and a region may run for many."""
    while True:
        await asyncio.sleep(every.total_seconds())
        for name in LISTS:
            home.write(place / name, server.current(f"/crl/{name}"))


def folder(home: Home, kind: str) -> Path:
    """The folder of an authority: RSA's holds the gateway's trust configuration too."""
    return home.pki if kind == RSA else home.pki / kind


def publish(home: Home, kind: str, made: "Authority") -> None:
    """Lay fresh lists beside the certificates: what lets anyone check a result without asking us."""
    now = datetime.now(UTC)
    home.write(folder(home, kind) / "leaf.crl", made.crl(at=now))
    home.write(folder(home, kind) / "root.crl", made.root_crl(at=now))


def _authority(home: Home, kind: str, *, base_url: str) -> "Authority":
    from shared.testing.authority import Authority

    now = datetime.now(UTC)
    if not (folder(home, kind) / "authority.json").exists():
        return Authority.create(at=now, base_url=base_url, title=TITLES[kind], fresh_keys=True, algorithm=kind)
    made = Authority.load(folder(home, kind))
    # lists grow, however the last run ended
    made.books.list_number = max(made.books.list_number, int(now.timestamp()))
    return made


def _everybody(home: Home, made: "Authority", regulations: "Regulations") -> dict[str, Any]:
    from shlyuz.seeding import cast

    for provider in cast.providers():
        _keep_seal(home, made, provider)
    return {
        "authority": str(home.pki),
        "roots": _roots(home, RSA),
        "providers": [{name: one[name] for name in ("region", "bin", "names")} for one in cast.providers()],
        "operators": [_equip(home, made, one) for one in cast.operators()],
        "citizens": [_equip(home, made, one) for one in cast.citizens()],
        "staff": [_equip(home, made, one) for one in cast.staff(regulations)],
    }


def _roots(home: Home, kind: str) -> list[str]:
    return [str(folder(home, kind) / name) for name in ("root.pem", "issuing.pem", "root.crl", "leaf.crl")]


def _equip(home: Home, made: "Authority", member: "Member") -> dict[str, Any]:
    """Issue a certificate; write key file and password. The account's password is made here too."""
    person = {name: getattr(member, name) for name in ("iin", "surname", "given_name", "patronymic")}
    role = member.certificate
    if member.bin is None:
        more: dict[str, Any] = {"phone": "+7701" + member.iin[-7:]}
    else:
        more = {
            "bin": member.bin,
            "name": f"{member.surname} {member.given_name}",
            "roles": list(member.roles),
            "certificate": role,
        }
    key_file = _key_file(home, member.key, _issue(made, person, member.bin, member.organisation, role))
    return {"region": member.region, **person, **more, **key_file, "password": secrets.token_urlsafe(12)}


def _equip_with_gost(home: Home, made: "Authority", people: dict[str, Any]) -> None:
    """Give everybody, also of a region that was made before, a GOST key beside the RSA key."""
    from shlyuz.seeding import cast

    organisations: dict[str | None, str] = {one["bin"]: one["names"]["ru"] for one in cast.providers()}
    organisations |= {one.bin: one.organisation for one in cast.operators()}
    for entry in (*people["operators"], *people["citizens"], *people["staff"]):
        person = {name: entry[name] for name in ("iin", "surname", "given_name", "patronymic")}
        bin_ = entry.get("bin")
        holder = _issue(made, person, bin_, organisations.get(bin_, ""), entry.get("certificate", "employee"))
        entry[GOST] = _key_file(home, f"{Path(entry['p12']).stem}.{GOST}", holder)
    people[GOST] = {"authority": str(folder(home, GOST)), "roots": _roots(home, GOST)}


def _issue(made: "Authority", person: Mapping[str, Any], bin_: str | None, organisation: str, role: str) -> "Holder":
    now = datetime.now(UTC)
    if bin_ is None:
        return made.citizen(**person, at=now)
    return made.staff(**person, bin=bin_, organisation=organisation, role=role, at=now)


def _key_file(home: Home, name: str, holder: "Holder") -> dict[str, str]:
    """Write a key file with a password of its own, and say where and which."""
    word = secrets.token_urlsafe(9)
    file = home.write(home.people / f"{name}.p12", holder.p12(word))
    home.write(file.with_suffix(".pass"), word.encode() + b"\n")
    return {"p12": str(file), "p12_password": word}


def _keep_seal(home: Home, made: "Authority", provider: dict[str, Any]) -> None:
    word = secrets.token_urlsafe(18)
    holder = made.seal(bin=provider["bin"], organisation=provider["names"]["ru"], at=datetime.now(UTC))
    home.write(home.seals / f"{provider['bin']}.p12", holder.p12(word))
    home.write(home.seals / f"{provider['bin']}.pass", word.encode())
