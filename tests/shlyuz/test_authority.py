"""The demo's authorities: everybody gets a key of each kind, once, and the gateway trusts both."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from shared.pki import signer
from shared.pki.algorithms import Family
from shared.pki.certificate import parse
from shared.pki.expectation import Expectation
from shared.pki.keys import load as load_key
from shared.pki.revocation import RevocationIndex, check_list
from shared.pki.signing import SigningKey, sign
from shared.pki.trust import Trust
from shared.pki.verdict import Value
from shared.pki.verifier import Verifier
from shared.procedure import Regulations, load
from shlyuz import layout
from shlyuz.running.authority import LISTS, authorities, folder, served
from shlyuz.running.home import Home, read_json

URLS = {"rsa": "http://127.0.0.1:20001", "gost": "http://127.0.0.1:20002"}


@pytest.fixture(scope="module")
def regulations() -> Regulations:
    return load(layout.regulations())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, regulations: Regulations) -> Home:
    made = Home.at(tmp_path_factory.mktemp("home"))
    authorities(made, urls=URLS, regulations=regulations)
    return made


def everybody(home: Home) -> list[dict[str, Any]]:
    people = read_json(home.cast)
    return list(chain(people["operators"], people["citizens"], people["staff"]))


def opened(file: dict[str, str]) -> SigningKey:
    return SigningKey.from_p12(Path(file["p12"]).read_bytes(), file["p12_password"])


def facts(key: SigningKey) -> tuple[Any, ...]:
    held = parse(key.certificate)
    said = signer.read(held, load_key(held.spki), None)
    return said.iin, said.bin, said.roles, said.common_name, said.patronymic, said.organisation


class TestEverybody:
    def test_has_a_key_of_each_kind_for_the_same_person_and_post(self, home: Home) -> None:
        for person in everybody(home):
            one, other = opened(person), opened(person["gost"])
            assert (one.private.family, other.private.family) == (Family.RSA, Family.GOST_512)
            assert facts(one) == facts(other)
            assert facts(one)[:2] == (person["iin"], person.get("bin"))

    def test_has_key_files_and_passwords_for_the_owner_alone(self, home: Home) -> None:
        for person in everybody(home):
            for file in (Path(person["p12"]), Path(person["gost"]["p12"])):
                assert file.stat().st_mode & 0o077 == 0
                assert file.with_suffix(".pass").stat().st_mode & 0o077 == 0
            assert (
                Path(person["gost"]["p12"]).with_suffix(".pass").read_text().strip() == person["gost"]["p12_password"]
            )

    def test_signs_what_the_gateway_accepts(self, home: Home) -> None:
        now, trust, people = datetime.now(UTC), Trust.load(home.trust), read_json(home.cast)
        paths = [path for path in (*people["roots"], *people["gost"]["roots"]) if path.endswith(".crl")]
        lists = [check_list(Path(path).read_bytes(), trust=trust, at=now, fetched_at=now) for path in paths]
        verifier = Verifier(trust, RevocationIndex(lists))
        for citizen in people["citizens"]:
            for file in (citizen, citizen["gost"]):
                signature = sign(b"document", opened(file), at=now)
                verdict = verifier.verify(b"document", signature, at=now, expect=Expectation.citizen(citizen["iin"]))
                assert verdict.value is Value.VALID, verdict.detail


class TestTheTrust:
    def test_has_all_lists_and_responders_of_both(self, home: Home) -> None:
        trust = Trust.load(home.trust, production=True)
        assert len(trust.anchors) == len(trust.intermediates) == len(trust.responders) == 2
        names = ("root", "leaf", "delta")
        assert {one.url for one in trust.lists} == {f"{url}/crl/{name}.crl" for url in URLS.values() for name in names}


class TestTheLists:
    async def test_stay_fresh_beside_the_certificates_while_the_region_runs(
        self, home: Home, regulations: Regulations
    ) -> None:
        for kind, made in authorities(home, urls=URLS, regulations=regulations).items():
            place = folder(home, kind)
            before = {name: (place / name).read_bytes() for name in LISTS}
            async with (
                served(home, kind, made, port=0, every=timedelta(milliseconds=20)) as server,
                asyncio.timeout(60),
            ):
                while any((place / name).read_bytes() == before[name] for name in LISTS):
                    await asyncio.sleep(0.02)
                for name in LISTS:
                    assert (place / name).read_bytes() == server.current(f"/crl/{name}")


class TestAnotherStart:
    def test_gives_nobody_another_key(self, home: Home, regulations: Regulations) -> None:
        before = {path: path.read_bytes() for path in (home.cast, home.trust, *home.people.iterdir())}
        authorities(home, urls=URLS, regulations=regulations)
        assert {path: path.read_bytes() for path in before} == before
        assert len(list(home.people.iterdir())) == len(before) - 2

    def test_gives_the_other_key_to_a_region_that_was_made_without(self, home: Home, regulations: Regulations) -> None:
        before = [opened(one).certificate for one in everybody(home)]
        home.write_json(home.cast, {name: value for name, value in read_json(home.cast).items() if name != "gost"})
        for path in (home.pki / "gost").iterdir():
            path.unlink()
        authorities(home, urls=URLS, regulations=regulations)
        assert [opened(one).certificate for one in everybody(home)] == before
        assert json.dumps(read_json(home.cast)["gost"]).count(str(home.pki / "gost")) == 5
        assert {opened(one["gost"]).private.family for one in everybody(home)} == {Family.GOST_512}
