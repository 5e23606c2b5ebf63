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
        told = json.loads(result.stdout)
        assert told["agrees"] is True
        assert [(item["recorded"], item["now"]) for item in told["items"]] == [("valid", "valid")]
        assert result.exit_code == 0

    def test_needs_no_more_than_the_root(self, bundle: Path, authority: Authority) -> None:
        authority.trust_toml(bundle.parent / "trust")
        root = bundle.parent / "trust" / "root.pem"
        result = CliRunner().invoke(app, ["evidence", "verify", str(bundle), "--anchors", str(root)])
        assert result.exit_code == 0
        assert "signature: valid, as recorded" in result.stdout

    def test_checks_every_document_of_an_application(self, bundle: Path, authority: Authority) -> None:
        """Each list is in such a file once."""
        one = json.loads(bundle.read_bytes())
        shared = {"revocation": one.pop("revocation")}
        items = [{**one, "kind": kind} for kind in ("application", "step-record")]
        whole = {"format": "shlyuz-application-evidence-1", "application": "x", "number": "1", "items": items, **shared}
        bundle.write_text(json.dumps(whole))
        told = json.loads(self.verify(bundle, authority, "--json").stdout)
        assert [(item["kind"], item["agrees"]) for item in told["items"]] == [
            ("application", True), ("step-record", True),
        ]  # fmt: skip
        items[1]["document"] = "e30="
        bundle.write_text(json.dumps(whole))
        result = self.verify(bundle, authority)
        assert (result.exit_code, "not the one that was judged" in result.stderr) == (1, True)

    @pytest.mark.parametrize("options", [[], ["--anchors", "x", "--trust", "x"]])
    def test_asks_whom_to_trust(self, bundle: Path, options: list[str]) -> None:
        options = [str(bundle) if option == "x" else option for option in options]
        result = CliRunner().invoke(app, ["evidence", "verify", str(bundle), *options])
        assert (result.exit_code, "name whom you trust" in result.stderr) == (2, True)

    def test_takes_no_certificate_for_a_root_that_is_none(self, bundle: Path, authority: Authority) -> None:
        authority.trust_toml(bundle.parent / "trust")
        for wrong in (bundle, bundle.parent / "trust" / "issuing.pem"):
            result = CliRunner().invoke(app, ["evidence", "verify", str(bundle), "--anchors", str(wrong)])
            assert result.exit_code == 1

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
