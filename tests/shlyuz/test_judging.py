"""`shlyuz pki judge` and `shlyuz evidence verify`: condition 2 for anyone, off-line."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.pki.evidence import build
from shared.pki.expectation import Expectation
from shared.pki.revocation import RevocationIndex, check_list
from shared.pki.signing import sign
from shared.pki.verifier import Verifier
from shared.testing.authority import Authority
from shared.testing.identities import iin
from shlyuz.cli import app

NOW = datetime.now(UTC)
IIN = iin(birth=datetime(1985, 4, 12, tzinfo=UTC).date(), number=7)
DOCUMENT = b'{"purpose": "application"}'


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.create(at=NOW)


@pytest.fixture(scope="module")
def signature(authority: Authority) -> bytes:
    return sign(DOCUMENT, authority.citizen(iin=IIN, at=NOW).key, at=NOW, detached=True)


class TestJudge:
    def test_answers_each_line_in_order(self, authority: Authority, signature: bytes, tmp_path: Path) -> None:
        parts = {
            "root": authority.root.certificate,
            "issuing": authority.issuing.certificate,
            "crl": authority.crl(at=NOW),
        }
        for name, data in (parts | {"cms": signature, "document": DOCUMENT, "other": DOCUMENT + b" "}).items():
            (tmp_path / name).write_bytes(data)
        case = {
            "id": "one", "check": "condition-2", "at": NOW.isoformat(), "anchor": "root", "intermediates": ["issuing"],
            "crls": ["crl"], "cms": "cms", "document": "document", "iin": IIN,
        }  # fmt: skip
        cases = [json.dumps(case), "not a case", json.dumps(case | {"id": "two", "document": "other"})]
        result = CliRunner().invoke(app, ["pki", "judge", "--base", str(tmp_path)], input="\n".join(cases))
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        assert [one["id"] for one in answers] == ["one", None, "two"]
        assert [one["verdict"] for one in answers] == ["valid", "invalid", "invalid"]
        assert result.exit_code == 0


class TestEvidence:
    @pytest.fixture
    def bundle(self, authority: Authority, signature: bytes, tmp_path: Path) -> Path:
        data = authority.crl(at=NOW)
        index = RevocationIndex([check_list(data, trust=authority.trust(), at=NOW, fetched_at=NOW)])
        expect = Expectation.citizen(iin=IIN)
        verdict = Verifier(authority.trust(), index).verify(DOCUMENT, signature, at=NOW, expect=expect)
        held = {sha256(data).hexdigest(): data}
        file = tmp_path / "evidence.json"
        file.write_bytes(build(document=DOCUMENT, signature=signature, expect=expect, verdict=verdict, revocation=held))
        return file

    def verify(self, bundle: Path, authority: Authority, *options: str) -> Result:
        trust = authority.trust_toml(bundle.parent / "trust")
        return CliRunner().invoke(app, ["evidence", "verify", str(bundle), "--trust", str(trust), *options])

    def test_agrees_with_the_verdict_of_then(self, bundle: Path, authority: Authority) -> None:
        result = self.verify(bundle, authority, "--json")
        assert json.loads(result.stdout)["agrees"] is True
        assert result.exit_code == 0

    def test_does_not_believe_a_changed_document(self, bundle: Path, authority: Authority) -> None:
        changed = json.loads(bundle.read_bytes()) | {"document": "e30="}
        bundle.write_text(json.dumps(changed))
        result = self.verify(bundle, authority)
        assert result.exit_code == 1
        assert "not the one that was judged" in result.stderr

    def test_does_not_agree_under_a_stranger_s_anchor(self, bundle: Path) -> None:
        result = self.verify(bundle, Authority.create(at=NOW), "--json")
        assert json.loads(result.stdout)["agrees"] is False
        assert result.exit_code == 1
