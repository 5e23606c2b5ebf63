"""pyHanko's validator as a second opinion on 5,000 inputs changed at random and signed again.

Every disagreement must have a reason in docs/security/disagreements.md; one without fails, with the seed that makes it.
The inputs are the same in every run: keys, numbers and signatures follow from titles, changes from seeds.
"""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from asn1crypto import cms as asn1_cms
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from tests.shared.pki import disagreements
from tests.shared.pki.steady import SteadyKey, steady_authority

from shared.pki import certificate
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

CERTIFICATES, LISTS, MESSAGES = 2600, 1400, 1000


class Tally:
    """Counts agreement and the rows that explain the rest, and keeps the disagreements that no row explains."""

    def __init__(self) -> None:
        self.same, self.explained, self.unexplained = 0, Counter[int](), []

    def add(self, seed: int, ours: str, theirs: str) -> None:
        """Enter two answers; an empty one means accepted."""
        if bool(ours) == bool(theirs):
            self.same += 1
        elif (row := disagreements.row(ours, theirs, other="pyhanko")) is None:
            self.unexplained.append((seed, ours, theirs))
        else:
            self.explained[row] += 1


@pytest.fixture
def oracle_authority(now: datetime) -> Authority:
    return steady_authority("oracle", at=now)


@pytest.fixture
def citizen(oracle_authority: Authority, anna_iin: str, now: datetime) -> Holder:
    return oracle_authority.citizen(iin=anna_iin, at=now, key=SteadyKey("citizen"))


def context(authority: Authority, now: datetime, crls: list[bytes] | None = None) -> ValidationContext:
    return ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(authority.root.certificate)],
        other_certs=[asn1_x509.Certificate.load(authority.issuing.certificate)],
        moment=now,
        allow_fetching=False,
        crls=[asn1_crl.CertificateList.load(data) for data in crls or []],
        revocation_mode="soft-fail" if crls is None else "require",
    )


async def pyhanko(authority: Authority, now: datetime, data: bytes, crls: list[bytes] | None = None) -> str:
    try:
        held = asn1_x509.Certificate.load(data, strict=True)
        validator = CertificateValidator(held, validation_context=context(authority, now, crls))
        await validator.async_validate_path()
    except Exception as fault:  # noqa: BLE001 - the oracle fails in many ways
        return f"{type(fault).__name__} {fault}"
    return ""


class TestTable:
    def test_has_a_row_for_each_reason_and_no_other(self):
        assert disagreements.rows() == disagreements.used()

    def test_explains_no_refusal_of_another_kind(self):
        for code in set(Code) - {Code.VALID}:
            assert disagreements.row(f"{code}: of no known kind", "", other="pyhanko") in {None, 2, 3}
        assert disagreements.row("", "another reason", other="openssl") is None


class TestPyHanko:
    async def test_agrees_on_certificates(self, oracle_authority: Authority, citizen: Holder, now: datetime):
        issuers, tally = Issuers(oracle_authority.trust(profile=RFC5280)), Tally()
        for seed in range(CERTIFICATES):
            data = signed_again(citizen.certificate, oracle_authority.issuing.private, Random(seed))
            tally.add(seed, self.path(issuers, data, now), await pyhanko(oracle_authority, now, data))
        assert tally.unexplained == []
        assert tally.same > CERTIFICATES * 0.8

    def path(self, issuers: Issuers, data: bytes, now: datetime) -> str:
        try:
            parsed = certificate.parse(data)
            issuers.find(parsed, now)
            check_period(parsed, now)
        except Refused as refused:
            return str(refused)
        except Malformed as fault:
            return f"{Code.CERTIFICATE_MALFORMED}: {fault}"
        return ""

    async def test_agrees_on_lists(self, oracle_authority: Authority, citizen: Holder, anna_iin: str, now: datetime):
        other = oracle_authority.citizen(iin=anna_iin, at=now, key=SteadyKey("other"))
        oracle_authority.revoke(other.certificate, at=now - timedelta(hours=1))
        root, tally = oracle_authority.root_crl(at=now), Tally()
        for number, holder in enumerate((citizen, other)):
            original = oracle_authority.crl(at=now)
            for seed in range(number * LISTS // 2, (number + 1) * LISTS // 2):
                data = signed_again(original, oracle_authority.issuing.private, Random(seed))
                ours = self.status(oracle_authority, holder, data, now)
                theirs = await self.with_list(oracle_authority, holder, [data, root], now)
                tally.add(seed, ours, theirs)
        assert tally.unexplained == []
        assert tally.same > LISTS * 0.8

    async def with_list(self, authority: Authority, holder: Holder, crls: list[bytes], now: datetime) -> str:
        try:
            return await pyhanko(authority, now, holder.certificate, crls)
        except Exception as fault:  # noqa: BLE001 - as above
            return f"{type(fault).__name__} {fault} while parsing"

    def status(self, authority: Authority, holder: Holder, data: bytes, now: datetime) -> str:
        trust = authority.trust()
        try:
            index = RevocationIndex([read_list(data, trust=trust, fetched_at=now)])
        except ListRefused as refused:
            return str(refused)
        issuers = Issuers(trust)
        path = issuers.find(holder.parsed, now)
        status = Revocations(trust, issuers, index.snapshot, (), now).status(path.leaf, path.issuers.certificates)
        return "" if status.outcome is Outcome.GOOD else f"{status.outcome}: {status.detail}"

    async def test_agrees_on_messages(
        self, oracle_authority: Authority, citizen: Holder, anna_iin: str, document: bytes, now: datetime
    ):
        verifier, tally = Verifier(oracle_authority.trust(), oracle_authority.index(at=now)), Tally()
        expect, original = Expectation.citizen(iin=anna_iin), sign(document, citizen.key, at=now)
        for seed in range(MESSAGES):
            data = changed(original, Random(seed))
            verdict = verifier.verify(document, data, at=now, expect=expect)
            ours = "" if verdict.code is Code.VALID else f"{verdict.code}: {verdict.detail}"
            tally.add(seed, ours, await self.message(oracle_authority, data, document, now))
        assert tally.unexplained == []

    async def message(self, authority: Authority, data: bytes, document: bytes, now: datetime) -> str:
        try:
            parsed = asn1_cms.ContentInfo.load(data, strict=True)
            status = await async_validate_detached_cms(
                document, parsed["content"], signer_validation_context=context(authority, now)
            )
        except Exception as fault:  # noqa: BLE001 - as above
            return f"{type(fault).__name__} {fault}"
        return "" if status.bottom_line else "not intact, not valid or not trusted"
