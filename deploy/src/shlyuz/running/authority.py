"""The demo's certificate authority: made once, with a key file for everybody, and served with its lists on loopback."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shlyuz.running.home import Home

if TYPE_CHECKING:
    from shared.procedure import Regulations
    from shared.testing.authority import Authority
    from shared.testing.authority_server import AuthorityServer
    from shlyuz.seeding.cast import Member


def authority(home: Home, *, base_url: str, regulations: "Regulations") -> "Authority":
    """Load the authority, or make it together with everybody's key files. `base_url` is where its lists are served."""
    from shared.testing.authority import Authority

    now = datetime.now(UTC)
    if home.cast.exists():
        made = Authority.load(home.pki)
        made.books.list_number = max(
            made.books.list_number, int(now.timestamp())
        )  # lists grow, however the last run ended
        _publish(home, made)
        return made
    made = Authority.create(at=now, base_url=base_url, title="SHLYUZ DEMO", fresh_keys=True)
    made.trust_toml(home.pki)
    everybody = _everybody(home, made, regulations)
    made.save(home.pki)
    _publish(home, made)
    home.write_json(home.cast, everybody)
    return made


@asynccontextmanager
async def served(made: "Authority", *, port: int) -> AsyncIterator["AuthorityServer"]:
    """Serve revocation lists and answers while the block lasts."""
    from shared.testing.authority_server import AuthorityServer

    async with AuthorityServer(made, host="127.0.0.1", port=port, clock=lambda: datetime.now(UTC)) as server:
        yield server


def _everybody(home: Home, made: "Authority", regulations: "Regulations") -> dict[str, Any]:
    from shlyuz.seeding import cast

    for provider in cast.providers():
        _keep_seal(home, made, provider)
    return {
        "authority": str(home.pki),
        "roots": [str(home.pki / name) for name in ("root.pem", "issuing.pem", "root.crl", "leaf.crl")],
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
        holder = made.staff(**person, bin=member.bin, organisation=member.organisation, at=now)
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


def _publish(home: Home, made: "Authority") -> None:
    """Lay fresh lists beside the certificates: what lets anyone check a result without asking us."""
    now = datetime.now(UTC)
    home.write(home.pki / "leaf.crl", made.crl(at=now))
    home.write(home.pki / "root.crl", made.root_crl(at=now))
