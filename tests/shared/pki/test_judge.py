"""Anyone's case, one a line: read with patience, answered in order, never stopped by one that is broken."""

import base64
import io
import json
import time
from datetime import datetime
from pathlib import Path

import pytest

from shared.pki.codes import Code
from shared.pki.judge import Judge, main
from shared.pki.signing import sign
from shared.testing.authority import Authority
from shared.testing.authority_messages import SignerForm, message


@pytest.fixture
def folder(tmp_path: Path, authority: Authority, anna, document: bytes, now: datetime) -> Path:
    (tmp_path / "root.pem").write_bytes(authority.root.certificate_pem)
    (tmp_path / "issuing.b64").write_bytes(base64.encodebytes(authority.issuing.certificate))
    (tmp_path / "anna.der").write_bytes(anna.certificate)
    (tmp_path / "leaf.crl").write_bytes(authority.crl(at=now))
    (tmp_path / "garbage").write_bytes(b"\x00\x01 neither of the three")
    (tmp_path / "document").write_bytes(document)
    (tmp_path / "cms.der").write_bytes(sign(document, anna.key, at=now))
    (tmp_path / "bare.der").write_bytes(message(document, [SignerForm(key=anna.key)], at=now, certificates=[]))
    return tmp_path


@pytest.fixture
def case(anna_iin: str, now: datetime) -> dict[str, object]:
    return {
        "id": "one", "at": now.isoformat(), "leaf": "anna.der", "intermediates": ["issuing.b64"], "anchor": "root.pem",
        "crls": ["leaf.crl"], "iin": anna_iin,
    }  # fmt: skip


def ask(folder: Path, case: dict[str, object], **other: object) -> Code:
    return Judge(folder).judge(json.dumps({**case, **other})).code


class TestJudge:
    def test_judges_a_path(self, folder: Path, case):
        assert ask(folder, case) is Code.VALID
        assert ask(folder, case, crls=[]) is Code.NO_REVOCATION_DATA
        assert ask(folder, case, crls=[], revocation="none") is Code.VALID
        assert ask(folder, case, iin="850101300123") is Code.IIN_MISMATCH
        assert ask(folder, case, bin="100140000001") is Code.BIN_MISSING

    def test_compares_a_document_with_what_the_message_carries(self, folder: Path, case, document: bytes, anna, now):
        (folder / "cms.der").write_bytes(sign(document, anna.key, at=now, detached=False))
        signed = {**case, "check": "signature", "cms": "cms.der"}
        assert ask(folder, signed) is Code.VALID
        assert ask(folder, signed, document="document") is Code.VALID
        assert ask(folder, signed, document="garbage") is Code.CONTENT_DIFFERS

    def test_reads_no_file_of_absurd_size(self, folder: Path, case):
        with (folder / "huge").open("wb") as file:
            file.truncate(301 * 1024 * 1024)
        assert ask(folder, case, leaf="huge") is Code.CASE_UNREADABLE

    def test_judges_condition_2(self, folder: Path, case):
        signed = {**case, "check": "condition-2", "cms": "cms.der", "document": "document"}
        assert ask(folder, signed) is Code.VALID
        assert ask(folder, signed, bin="100140000001") is Code.BIN_MISSING
        assert ask(folder, signed, profile="rfc5280") is Code.CASE_UNREADABLE

    def test_takes_the_signers_certificate_from_the_case_when_the_message_has_none(self, folder: Path, case):
        bare = {**case, "check": "condition-2", "cms": "bare.der", "document": "document"}
        assert ask(folder, bare) is Code.VALID
        assert ask(folder, bare, check="signature") is Code.VALID
        assert ask(folder, {**bare, "leaf": None}) is Code.NO_CERTIFICATE

    def test_counts_useless_lists_and_answers_as_none(self, folder: Path, case):
        assert ask(folder, case, crls=["garbage"], ocsp=["garbage"]) is Code.NO_REVOCATION_DATA
        assert ask(folder, case, crls=["cms.der"], ocsp=["cms.der"]) is Code.NO_REVOCATION_DATA
        assert ask(folder, case, ocsp=["garbage", "cms.der"]) is Code.VALID

    def test_judges_what_is_no_certificate_or_signature(self, folder: Path, case):
        assert ask(folder, case, leaf="garbage") is Code.CERTIFICATE_MALFORMED
        assert ask(folder, case, leaf="cms.der") is Code.CERTIFICATE_MALFORMED
        assert ask(folder, case, check="signature", cms="garbage") is Code.SIGNATURE_MALFORMED

    @pytest.mark.parametrize(
        "broken",
        [
            {"at": None}, {"at": "noon"}, {"at": "2026-01-01T00:00:00"}, {"leaf": 7}, {"leaf": "nowhere.der"},
            {"leaf": "a\x00b"}, {"check": "everything"}, {"profile": "fast"}, {"crls": "leaf.crl"}, {"crls": [1]},
            {"revocation": "some"}, {"policy_inputs": [1]}, {"anchor": None},
        ],
    )  # fmt: skip
    def test_says_that_a_case_cannot_be_read(self, folder: Path, case, broken: dict[str, object]):
        assert ask(folder, case, **broken) is Code.CASE_UNREADABLE

    @pytest.mark.parametrize("line", ["", "[]", "{", "[" * 100_000, '"text"', " " * 2_000_000 + "{}"])
    def test_says_that_a_line_cannot_be_read(self, folder: Path, line: str):
        assert Judge(folder).judge(line).code is Code.CASE_UNREADABLE

    def test_wants_a_root_that_signed_itself_but_for_old_suites(self, folder: Path, case):
        pinned = {**case, "anchor": "issuing.b64", "intermediates": []}
        assert ask(folder, pinned) is Code.UNTRUSTED_ISSUER
        assert ask(folder, pinned, profile="rfc5280") is Code.VALID

    def test_takes_policy_inputs(self, folder: Path, case):
        inputs = {"user_initial_policy_set": ["1.2.3"], "initial_explicit_policy": True}
        assert ask(folder, case, policy_inputs=inputs) is Code.POLICIES_REFUSED


class TestMain:
    def test_answers_every_line_in_order(self, folder: Path, case):
        lines = [json.dumps(case), "broken", "", json.dumps({**case, "id": 3, "crls": []})]
        out = io.StringIO()
        assert main(["--base", str(folder)], io.StringIO("\n".join(lines)), out) == 0
        answers = [json.loads(line) for line in out.getvalue().splitlines()]
        assert [(one["id"], one["verdict"]) for one in answers] == [("one", "valid"), (None, "invalid"), (3, "unknown")]
        assert all(set(one) == {"id", "verdict", "code", "detail"} for one in answers)

    def test_judges_ten_thousand_cases_a_minute(self, folder: Path, case):
        count = 300
        lines = "\n".join(json.dumps({**case, "id": number}) for number in range(count))
        before, out = time.process_time(), io.StringIO()
        main(["--base", str(folder)], io.StringIO(lines), out)
        assert out.getvalue().count('"code": "valid"') == count
        assert count / (time.process_time() - before) > 10_000 / 60
