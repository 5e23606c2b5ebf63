"""The trust configuration, and the authorities that it names."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.shared.pki.revocations import Bench

from shared.pki.budgets import Budgets
from shared.pki.codes import Refused
from shared.pki.issuers import Issuers
from shared.pki.revocation import (
    Outcome,
)
from shared.pki.trust import Trust, TrustRefused
from shared.testing import authority_forms
from shared.testing.authority import Authority


class TestTrust:
    def test_loads_what_an_authority_wrote(self, authority: Authority, tmp_path: Path):
        trust = Trust.load(authority.trust_toml(tmp_path), production=True)
        assert [source.url[-9:] for source in trust.lists] == ["/root.crl", "/leaf.crl", "delta.crl"]
        assert [source.delta for source in trust.lists] == [False, False, True]
        assert trust.budgets == Budgets()

    def test_refuses_a_test_anchor_in_production(self, authority: Authority, tmp_path: Path):
        path = authority.trust_toml(tmp_path, test=True)
        assert Trust.load(path).anchors[0].test
        with pytest.raises(TrustRefused, match="production"):
            Trust.load(path, production=True)

    @pytest.mark.parametrize(
        ("old", "new", "error"),
        [
            ('profile = "kz"', 'profile = "rfc5280"', "profile kz"), ("[[anchor]]", "[[root]]", "unknown table"),
            ('file = "root.pem"', 'file = "nowhere.pem"', "cannot be read"),
            ('file = "root.pem"', 'file = "issuing.pem"', "did not sign itself"),
            ('file = "root.pem"', 'file = "trust.toml"', "not a certificate"),
            ('file = "root.pem"', 'file = "root.pem"\nsha256 = "00"', "pinned"),
            ('file = "root.pem"', 'file = "root.pem"\nsize = 3', "unknown key"),
            ('file = "root.pem"', 'file = "root.pem"\ntest = 1', "true or false"),
            ('file = "issuing.pem"', 'file = "anna.pem"', "is no authority's"),
            ('file = "issuing.pem"', "file = 7", "without file"), ("http://", "file://", "http address"),
            ('issuer = "root.pem"', 'issuer = "other.pem"', "neither anchor"), ("[[anchor]]", "[anchor]", "written as"),
            ('profile = "kz"', 'profile = "kz"\n[budgets]\nlist_age = -1', "positive"),
            ('profile = "kz"', "profile =", "cannot be read"),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong(self, authority: Authority, anna, tmp_path: Path, old: str, new: str, error: str):
        path = authority.trust_toml(tmp_path)
        (tmp_path / "anna.pem").write_bytes(anna.key.certificate_pem)
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        with pytest.raises(TrustRefused, match=error):
            Trust.load(path)

    def test_takes_budgets(self, authority: Authority, tmp_path: Path):
        path = authority.trust_toml(tmp_path)
        path.write_text(path.read_text() + "\n[budgets]\nlist_age = 60\ncertificates = 2\n")
        assert Trust.load(path).budgets == Budgets(list_age=timedelta(seconds=60), certificates=2)


class TestAuthority:
    @pytest.mark.parametrize("algorithm", ["rsa", "ecdsa", "gost", "gost256"])
    def test_goes_on_after_it_was_kept(self, tmp_path: Path, algorithm: str, anna_iin: str, now: datetime):
        first = Authority.create(at=now, algorithm=algorithm)
        anna = first.citizen(iin=anna_iin, at=now)
        first.revoke(anna.certificate, at=now)
        first.crl(at=now)
        first.save(tmp_path)
        again = Authority.load(tmp_path)
        other = again.citizen(iin=anna_iin, at=now)
        assert other.parsed.serial != anna.parsed.serial
        bench = Bench(again, now)
        assert bench.status(anna, bench.check(again.crl(at=now))).outcome is Outcome.REVOKED
        assert (tmp_path / "root.key").stat().st_mode & 0o077 == 0


class TestIssuers:
    def test_refuse_an_authority_below_an_authority_that_allows_none(self, authority: Authority, anna_iin, now):
        form = [*authority_forms.authority_extensions()]
        middle = authority.issue(authority_forms.name(("2.5.4.3", "МІНДЕТСІЗ")), form, at=now)
        below = Authority.create(at=now, algorithm="ecdsa")
        below.issuing = middle.key
        leaf = below.citizen(iin=anna_iin, at=now)
        trust = replace(authority.trust(), intermediates=(*authority.trust().intermediates, middle.parsed))
        with pytest.raises(Refused, match="path-too-long"):
            Issuers(trust).find(leaf.parsed, now)
