"""Cases that others made, judged by the gateway's own code: Kazakhstan's test authorities, and NIST's PKITS."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest

from shared.pki import certificate, crl, der, files, ocsp
from shared.pki.certificate import Certificate
from shared.pki.codes import Code, Value
from shared.pki.judge import Judge
from shared.pki.trust import Anchor, Trust

DATA = Path(__file__).parents[2] / "pki_data"
SCENARIOS = json.loads((DATA / "kz" / "scenarios.json").read_text(encoding="utf-8"))
PKITS = json.loads((DATA / "pkits.json").read_text(encoding="utf-8"))
ATTACHED = [*sorted(path.name for path in (DATA / "kz" / "cms").glob("*.p7m")), "skarm_individual_attached.der"]
CHAINS = {
    "2022-06-01T00:00:00Z": ("root_rsa_test_2018.crt", "nca_rsa_test_2019.crt", "nca_rsa_test_2022-03-29.crl"),
    "2026-09-01T00:00:00Z": ("root_test_gost_2022.cer", "nca_gost2022_test.cer", "nca_gost2022_test_2026-08-11.crl"),
}
GOST_2018 = ("root_gost_test_2018.crt", "nca_gost_test_2019.crt", "nca_gost_test_2022-03-29.crl")


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(DATA / "kz")


def ask(judge: Judge, **case: Any) -> Code:
    return judge.judge(json.dumps(case)).code


class TestKazakhCertificates:
    @pytest.mark.parametrize("number", range(len(SCENARIOS)))
    def test_are_judged_as_their_authority_means_it(self, judge: Judge, number: int):
        case = SCENARIOS[number]
        found = judge.judge(json.dumps({"id": number, **case}))
        assert found.code.verdict.value == case["expected"], (case["why"], found)
        assert found.id == number

    def test_can_be_read_all(self):
        read = [
            certificate.parse(files.decode(p.read_bytes()))
            for p in (DATA / "kz").glob("*/*.c*r*")
            if p.suffix != ".crl"
        ]
        assert len(read) == 22


class TestKazakhMessages:
    @pytest.mark.parametrize("name", ATTACHED)
    def test_that_carry_their_content_verify_and_not_one_byte_changed(self, tmp_path: Path, judge: Judge, name: str):
        assert ask(judge, check="signature", cms=f"cms/{name}") is Code.VALID
        data = (DATA / "kz" / "cms" / name).read_bytes()
        content = b"asdasd" if name.endswith("p7m") else (DATA / "kz/cms/skarm_individual_document.txt").read_bytes()
        at, elsewhere = data.index(content), Judge(tmp_path)
        for place in range(at, at + len(content)):
            (tmp_path / f"{place}.der").write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            assert ask(elsewhere, check="signature", cms=f"{place}.der") is Code.DIGEST_MISMATCH
        last = len(data) - 1 if name.endswith("p7m") else data.index(bytes.fromhex("39E911B221251BDFCA61"))
        (tmp_path / "last.der").write_bytes(data[:last] + bytes([data[last] ^ 1]) + data[last + 1 :])
        assert ask(elsewhere, check="signature", cms="last.der") is Code.SIGNATURE_INVALID

    def test_without_content_verify_with_their_document_alone(self, tmp_path: Path, judge: Judge):
        case = {"check": "signature", "cms": "cms/skarm_individual_detached.der"}
        assert ask(judge, **case, document="cms/skarm_individual_document.txt") is Code.VALID
        assert ask(judge, **case) is Code.CONTENT_MISSING
        document = (DATA / "kz/cms/skarm_individual_document.txt").read_bytes()
        (tmp_path / "cms.der").write_bytes((DATA / "kz/cms/skarm_individual_detached.der").read_bytes())
        elsewhere = Judge(tmp_path)
        for place in range(len(document)):
            (tmp_path / str(place)).write_bytes(document[:place] + bytes([document[place] ^ 1]) + document[place + 1 :])
            assert ask(elsewhere, check="signature", cms="cms.der", document=str(place)) is Code.DIGEST_MISMATCH

    @pytest.mark.parametrize("name", ATTACHED)
    def test_are_der_and_refused_in_indefinite_lengths(self, tmp_path: Path, judge: Judge, name: str):
        """The same message in BER, as a streaming library would write it. No client met so far does."""
        outer = der.Reader.whole((DATA / "kz" / "cms" / name).read_bytes())
        kind, wrapped = outer.raw(der.OID), outer.enter(der.explicit(0))
        signed = wrapped.enter()
        (tmp_path / "ber.der").write_bytes(b"\x30\x80" + kind + b"\xa0\x80\x30\x80" + signed.rest() + b"\x00\x00" * 3)
        found = Judge(tmp_path).judge(json.dumps({"check": "signature", "cms": "ber.der"}))
        assert found.code is Code.SIGNATURE_MALFORMED
        assert "indefinite length: this is BER, and only DER is read" in found.detail
        assert ask(judge, check="signature", cms=f"cms/{name}") is Code.VALID

    @pytest.mark.parametrize("at", CHAINS)
    @pytest.mark.parametrize("name", [one for one in ATTACHED if one.startswith(("organization", "personal_revoked"))])
    def test_of_organisations_and_the_revoked_are_no_citizens(self, judge: Judge, name: str, at: str):
        for anchor, issuer, list_ in (*CHAINS.values(), GOST_2018):
            code = ask(
                judge, check="condition-2", at=at, cms=f"cms/{name}", iin="123456789011", anchor=f"ca/{anchor}",
                intermediates=[f"ca/{issuer}"], crls=[f"crl/{list_}"],
            )  # fmt: skip
            assert code.verdict is Value.INVALID

    def test_of_a_citizen_today_pass_condition_2(self, judge: Judge):
        anchor, issuer, list_ = CHAINS["2026-09-01T00:00:00Z"]
        case = {
            "check": "condition-2", "at": "2026-09-01T00:00:00Z", "cms": "cms/skarm_individual_attached.der",
            "anchor": f"ca/{anchor}", "intermediates": [f"ca/{issuer}"], "crls": [f"crl/{list_}"],
        }  # fmt: skip
        assert ask(judge, **case, iin="123456789011") is Code.VALID
        assert ask(judge, **case, iin="123456789012") is Code.IIN_MISMATCH
        assert ask(judge, **{**case, "crls": []}, iin="123456789011") is Code.NO_REVOCATION_DATA
        assert ask(judge, **{**case, "crls": [], "revocation": "none"}, iin="123456789011") is Code.VALID
        detached = {**case, "cms": "cms/skarm_individual_detached.der"}
        assert ask(judge, **detached, document="cms/skarm_individual_document.txt") is Code.VALID
        assert ask(judge, **detached) is Code.CONTENT_MISSING


class TestKazakhAnswers:
    def read(self, name: str) -> bytes:
        return (DATA / "kz" / name).read_bytes()

    def issuer(self, name: str) -> Certificate:
        return certificate.parse(files.decode(self.read(f"ca/{name}")))

    @pytest.mark.parametrize(
        ("name", "issuer", "serial", "revoked_at"),
        [
            (
                "ocsp_response_individual_sign_2004.bin", "nca_rsa_test_2019.crt",
                "4279390a", None,
            ),
            (
                "ocsp_response_ceo_2015_revoked.bin", "nca_gost2022_test.cer",
                "3a90343e", datetime(2022, 7, 27, 10, 25, 30, tzinfo=UTC),
            ),
        ],
    )  # fmt: skip
    def test_are_signed_by_their_authoritys_responder(self, name: str, issuer: str, serial: str, revoked_at):
        answer = ocsp.parse(self.read(f"ocsp/{name}"))
        responder = ocsp.verify_signature(answer, self.issuer(issuer), weak=False, at=answer.produced_at)
        assert responder is not None
        (single,) = answer.answers
        assert f"{single.serial:x}".startswith(serial)
        assert single.known
        assert single.revoked_at == revoked_at
        assert single.reason == (None if revoked_at is None else crl.CERTIFICATE_HOLD)

    def test_are_refused_under_another_authority(self):
        answer = ocsp.parse(self.read("ocsp/ocsp_response_ceo_2015_revoked.bin"))
        with pytest.raises(ocsp.AnswerRefused):
            ocsp.verify_signature(answer, self.issuer("nca_rsa_test_2019.crt"), weak=False, at=answer.produced_at)


class TestKazakhLists:
    def test_with_null_parameters_on_one_side_only_can_be_read(self):
        """Fact 1: `cryptography` refuses this list."""
        parsed = crl.parse((DATA / "kz/crl/nca_gost2022_test_2026-08-11.crl").read_bytes())
        assert len(parsed.entries) > 100
        assert parsed.number == 166

    def test_number_their_deltas_apart(self):
        """Fact 2: the delta has number 10 over base 14."""
        base = crl.parse((DATA / "kz/crl/nca_gost2022_test_base.crl").read_bytes())
        delta = crl.parse((DATA / "kz/crl/nca_gost2022_d_test_delta.crl").read_bytes())
        assert (base.number, base.base_number, delta.number, delta.base_number) == (14, None, 10, 14)


@pytest.fixture(scope="module")
def pkits() -> Judge:
    return Judge(Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data")


class TestPkits:
    """RFC 5280 as NIST tests it: all 246, at a time when their certificates are valid."""

    @pytest.mark.parametrize("case", PKITS, ids=lambda case: f"{case['id']}-{case['sub']}-{case['name']}")
    def test(self, pkits: Judge, case: dict[str, Any]):
        code = ask(
            pkits,
            at="2020-01-01T00:00:00Z",
            profile="rfc5280",
            leaf=f"certs/{case['leaf']}",
            intermediates=[f"certs/{name}" for name in case["path"]],
            anchor="certs/TrustAnchorRootCertificate.crt",
            crls=[f"crls/{name}" for name in case["crls"]],
            policy_inputs=case.get("policy_inputs"),
        )
        assert (code.verdict is Value.VALID) == (case["expected"] == "valid"), code

    def test_has_as_many_cases_as_it_should(self):
        assert len(PKITS) == 246

    def test_is_refused_where_a_gateway_could_be_set_to_it(self):
        """DSA and SHA-1 belong to rfc5280 alone; a Trust made by hand is kz."""
        anchor = certificate.parse(
            (
                Path(cryptography_vectors.__file__).parent / "x509/PKITS_data/certs/TrustAnchorRootCertificate.crt"
            ).read_bytes()
        )
        assert Trust(anchors=(Anchor(certificate=anchor),)).profile.name == "kz"
