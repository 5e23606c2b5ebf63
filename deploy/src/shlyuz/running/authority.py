"""The demo's certificate authority: made once, with a key file for everybody, and served with its lists on loopback."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shlyuz.running.home import Home

if TYPE_CHECKING:
    from shared.procedure import Regulations
    from shared.testing.authority import Authority
    from shlyuz.seeding.cast import Member


def authority(home: Home, *, base_url: str, regulations: "Regulations") -> "Authority":
    """Load the authority, or make it together with everybody's key files. `base_url` is where its lists are served."""
    from shared.testing.authority import Authority

    if home.cast.exists():
        return Authority.load(home.pki)
    made = Authority.create(at=datetime.now(UTC), base_url=base_url)
    made.save(home.pki)
    made.trust_toml(home.pki)
    home.write_json(home.cast, _everybody(home, made, regulations))
    return made


@asynccontextmanager
async def served(made: "Authority", *, port: int) -> AsyncIterator[str]:
    """Serve revocation lists and answers while the block lasts; gives the address."""
    from shared.testing.authority_server import AuthorityServer

    async with AuthorityServer(made, host="127.0.0.1", port=port, clock=lambda: datetime.now(UTC)) as server:
        yield server.url


def _everybody(home: Home, made: "Authority", regulations: "Regulations") -> dict[str, Any]:
    from shlyuz.seeding import cast

    for provider in cast.providers():
        _keep_seal(home, made, provider)
    return {
        "authority": str(home.pki),
        "roots": [str(path) for path in _published(home, made)],
        "providers": [{name: one[name] for name in ("region", "bin", "names")} for one in cast.providers()],
        "operators": [_equip(home, made, one) for one in cast.operators()],
        "citizens": [_equip(home, made, one) for one in cast.citizens()],
        "staff": [_equip(home, made, one) for one in cast.staff(regulations)],
    }


def _equip(home: Home, made: "Authority", member: "Member") -> dict[str, Any]:
    """Issue a certificate; write key file and password. The account's password is made here too."""
    now, word = datetime.now(UTC), secrets.token_urlsafe(9)
    person = {name: getattr(member, name) for name in ("iin", "surname", "given_name", "patronymic")}
    if member.bin is None:
        holder = made.citizen(**person, at=now)
        more: dict[str, Any] = {"phone": "+7701" + member.iin[-7:]}
    else:
        holder = made.staff(**person, bin=member.bin, organisation=member.organisation, role="employee", at=now)
        more = {"bin": member.bin, "name": f"{member.surname} {member.given_name}", "roles": list(member.roles)}
    file = home.write(home.people / f"{member.key}.p12", holder.p12(word))
    home.write(file.with_suffix(".pass"), word.encode() + b"\n")
    password = secrets.token_urlsafe(12)
    return {"region": member.region, **person, **more, "p12": str(file), "p12_password": word, "password": password}


def _keep_seal(home: Home, made: "Authority", provider: dict[str, Any]) -> None:
    word = secrets.token_urlsafe(18)
    holder = made.seal(bin=provider["bin"], organisation=provider["names"]["ru"], at=datetime.now(UTC))
    home.write(home.seals / f"{provider['bin']}.p12", holder.p12(word))
    home.write(home.seals / f"{provider['bin']}.pass", word.encode())


def _published(home: Home, made: "Authority") -> list[Path]:
    """What lets anyone check a result: root, intermediate, and the lists."""
    now = datetime.now(UTC)
    parts = {"root.cer": made.root_certificate, "issuer.cer": made.issuer_certificate}
    parts |= {"leaf.crl": made.crl(at=now), "root.crl": made.root_crl(at=now)}
    return [home.write(home.pki / name, data) for name, data in parts.items()]
