"""`openssl` as a second opinion on condition 2: certificates, lists and messages changed at random and signed again.

Every disagreement must have a reason in docs/security/disagreements.md; one without fails, with the seed that makes it.
The inputs are the same in every run: keys, numbers and signatures follow from titles, changes from seeds.
"""

import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from tests.shared.pki import disagreements
from tests.shared.pki.steady import SteadyKey, steady_authority

from shared.pki import certificate, crl, files
from shared.pki.codes import Code, Refused
from shared.pki.der import Malformed
from shared.pki.expectation import Expectation
from shared.pki.issuers import Issuers
from shared.pki.profile import RFC5280
from shared.pki.revocation import ListRefused, Outcome, RevocationIndex, Revocations, read_list
from shared.pki.signing import sign
from shared.pki.verifier import Verifier, check_period
from shared.testing.authority import Authority, Holder
from shared.testing.authority_mutations import changed, signed_again
from shared.testing.identities import iin

pytestmark = pytest.mark.interop

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DOCUMENT = b'{"purpose":"application","audience":"shlyuz"}'
CERTIFICATES, LISTS, MESSAGES, BATCH = 4000, 500, 500, 200


@pytest.fixture
def authority() -> Authority:
    return steady_authority("openssl", at=NOW)


@pytest.fixture
def citizen(authority: Authority) -> Holder:
    return authority.citizen(iin=iin(birth=date(1985, 3, 14)), at=NOW, key=SteadyKey("citizen"))


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    (tmp_path / "root.pem").write_bytes(authority.root.certificate_pem)
    (tmp_path / "issuing.pem").write_bytes(authority.issuing.certificate_pem)
    (tmp_path / "chain.pem").write_bytes(authority.root.certificate_pem + authority.issuing.certificate_pem)
    (tmp_path / "document").write_bytes(DOCUMENT)
    return tmp_path


def openssl(folder: Path, *arguments: str) -> str:
    finished = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False, timeout=120)
    return (finished.stdout + finished.stderr).decode("utf-8", "replace")


def verify_arguments() -> list[str]:
    moment = str(int(NOW.timestamp()))
    return ["verify", "-CAfile", "root.pem", "-untrusted", "issuing.pem", "-attime", moment]


def unexplained(answers: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [
        (seed, ours, theirs)
        for seed, ours, theirs in answers
        if bool(ours) != bool(theirs) and disagreements.row(ours, theirs, other="openssl") is None
    ]


class TestOpenssl:
    def test_agrees_on_certificates(self, folder: Path, authority: Authority, citizen: Holder):
        issuers, answers = Issuers(authority.trust(profile=RFC5280)), []
        for start in range(0, CERTIFICATES, BATCH):
            ours: dict[str, str] = {}
            ending: set[str] = set()
            for seed in range(start, start + BATCH):
                data = signed_again(citizen.certificate, authority.issuing.private, Random(seed))
                (folder / f"{seed}.pem").write_bytes(files.pem(data, "CERTIFICATE"))
                ours[f"{seed}.pem"] = self.path(issuers, data)
                if not ours[f"{seed}.pem"] and certificate.parse(data).not_after == NOW:
                    ending.add(f"{seed}.pem")
            text = openssl(folder, *verify_arguments(), *ours)
            for name, found in ours.items():
                theirs = self.verdict(text, name)
                if name in ending and "certificate has expired" in theirs:
                    theirs = "at its last second: openssl takes it for expired"
                answers.append((int(name[:-4]), found, theirs))
        assert unexplained(answers) == []
        assert sum(bool(ours) == bool(theirs) for _, ours, theirs in answers) > CERTIFICATES * 0.8

    def verdict(self, text: str, name: str) -> str:
        if f"\n{name}: OK\n" in f"\n{text}":
            return ""
        around = text.find(f"error {name}")
        return text[max(0, around - 300) : around + 60] if around >= 0 else "Unable to load certificate"

    def path(self, issuers: Issuers, data: bytes) -> str:
        try:
            parsed = certificate.parse(data)
            issuers.find(parsed, NOW)
            check_period(parsed, NOW)
        except Refused as refused:
            return str(refused)
        except Malformed as fault:
            return f"{Code.CERTIFICATE_MALFORMED}: {fault}"
        return ""

    def test_agrees_on_lists(self, folder: Path, authority: Authority, citizen: Holder):
        other = authority.citizen(iin=iin(birth=date(1990, 1, 1)), at=NOW, key=SteadyKey("other"))
        authority.revoke(other.certificate, at=NOW - timedelta(hours=1))
        answers = []
        for number, holder in enumerate((citizen, other)):
            (folder / "leaf.pem").write_bytes(files.pem(holder.certificate, "CERTIFICATE"))
            original = authority.crl(at=NOW)
            for seed in range(number * LISTS // 2, (number + 1) * LISTS // 2):
                data = signed_again(original, authority.issuing.private, Random(seed))
                (folder / "list.pem").write_bytes(files.pem(data, "X509 CRL"))
                text = openssl(folder, *verify_arguments(), "-crl_check", "-CRLfile", "list.pem", "leaf.pem")
                ours, theirs = self.status(authority, holder, data), "" if "leaf.pem: OK" in text else text
                if not ours and crl.parse(data).authority_key != crl.parse(original).authority_key:
                    theirs += "authority and issuer: openssl takes no list whose key identifier is another"
                if not ours and "revoked" in theirs and any(entry.at > NOW for _, entry in crl.parse(data).entries):
                    theirs = ""  # revoked after the judged time: openssl does not look at the date, we do (step 8)
                answers.append((seed, ours, theirs))
        assert unexplained(answers) == []

    def status(self, authority: Authority, holder: Holder, data: bytes) -> str:
        trust = authority.trust()
        try:
            index = RevocationIndex([read_list(data, trust=trust, fetched_at=NOW)])
        except ListRefused as refused:
            return str(refused)
        issuers = Issuers(trust)
        path = issuers.find(holder.parsed, NOW)
        status = Revocations(trust, issuers, index.snapshot, (), NOW).status(path.leaf, path.issuers.certificates)
        return "" if status.outcome is Outcome.GOOD else f"{status.outcome}: {status.detail}"

    def test_agrees_on_messages(self, folder: Path, authority: Authority, citizen: Holder):
        verifier, answers = Verifier(authority.trust(), authority.index(at=NOW)), []
        original = sign(DOCUMENT, citizen.key, at=NOW)
        for seed in range(MESSAGES):
            data = changed(original, Random(seed))
            (folder / "cms.der").write_bytes(data)
            verdict = verifier.verify(DOCUMENT, data, at=NOW, expect=Expectation.citizen())
            ours = "" if verdict.code is Code.VALID else f"{verdict.code}: {verdict.detail}"
            text = openssl(
                folder, "cms", "-verify", "-inform", "DER", "-in", "cms.der", "-content", "document", "-binary",
                "-CAfile", "chain.pem", "-purpose", "any", "-attime",
                str(int(NOW.timestamp())), "-out", "out",
            )  # fmt: skip
            answers.append((seed, ours, "" if "successful" in text.lower() else text))
        assert unexplained(answers) == []


class TestOpensslReads:
    def test_what_we_sign(self, folder: Path, authority: Authority, citizen: Holder):
        for detached in (True, False):
            (folder / "cms.der").write_bytes(sign(DOCUMENT, citizen.key, at=NOW, detached=detached))
            text = openssl(
                folder, "cms", "-verify", "-inform", "DER", "-in", "cms.der", "-content", "document", "-binary",
                "-CAfile", "chain.pem", "-purpose", "any", "-attime",
                str(int(NOW.timestamp())), "-out", "out",
            )  # fmt: skip
            assert "successful" in text.lower(), text

    def test_and_we_what_openssl_signs(self, folder: Path, authority: Authority, citizen: Holder):
        (folder / "citizen.p12").write_bytes(citizen.p12("pw"))
        openssl(folder, "pkcs12", "-in", "citizen.p12", "-passin", "pass:pw", "-nodes", "-out", "citizen.pem")
        for extra in ([], ["-nodetach"], ["-keyid"], ["-noattr"], ["-cades"]):
            openssl(
                folder, "cms", "-sign", "-binary", "-in", "document", "-signer", "citizen.pem", "-outform", "DER",
                "-out", "cms.der", *extra,
            )  # fmt: skip
            verdict = Verifier(authority.trust(), authority.index(at=NOW)).verify(
                DOCUMENT, (folder / "cms.der").read_bytes(), at=NOW, expect=Expectation.citizen()
            )
            assert verdict.code is Code.VALID, (extra, verdict.detail)
