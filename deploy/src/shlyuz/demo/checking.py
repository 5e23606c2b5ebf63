"""Checks a result as anyone can who has the file, the root certificates and the revocation lists.

With pyHanko, a stranger's program; but no reader of PDF that we know of checks GOST, so for a performer's signature of
a GOST key pyHanko judges what the signature covers, and `shared.pki` the signature.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from shared.pki import certificate as certificates
from shared.pki import crl, der, files, keys, signer
from shared.pki.algorithms import Family
from shared.pki.certificate import Certificate
from shared.pki.expectation import Expectation
from shared.pki.path import is_root
from shared.pki.revocation import RevocationIndex, read_list
from shared.pki.signer import Signer
from shared.pki.trust import Anchor, Trust
from shared.pki.verdict import Value
from shared.pki.verifier import Verifier
from shlyuz.demo.report import require

SIGNATURES = ("performer", "seal")
GOST = (Family.GOST_512, Family.GOST_256)


async def check_signatures(pdf: Path, roots: list[str]) -> list[Signer]:
    """Raise Differs unless performer and seal, and nobody else, signed the whole file with certificates in force.

    `roots` are files: an authority's certificates and, ending in .crl, its lists. Gives who signed.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    with pdf.open("rb") as file:
        signatures = PdfFileReader(file).embedded_signatures
        names = tuple(each.field_name for each in signatures)
        require(names == SIGNATURES, f"the signatures should be {SIGNATURES}, not {names}")
        signers = [await _check(signature, pdf.read_bytes(), roots) for signature in signatures]
        last = signatures[-1].evaluate_signature_coverage()
    require(last.name == "ENTIRE_FILE", "the seal does not cover the whole file")
    performer, seal = signers
    require(performer.bin == seal.bin, "the performer signed for another organisation than that which sealed")
    return signers


async def _check(signature: Any, pdf: bytes, roots: list[str]) -> Signer:
    held = certificates.parse(signature.signer_cert.dump())
    key = keys.load(held.spki)
    if key.family in GOST:
        _check_gost(signature, pdf, _Known.read(roots, gost=True))
    else:
        await _check_with_pyhanko(signature, _Known.read(roots, gost=False))
    return signer.read(held, key, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The authorities' certificates and lists of one kind of keys; pyHanko stumbles over the other kind."""

    roots: list[Certificate]
    others: list[Certificate]
    lists: list[bytes]

    @classmethod
    def read(cls, paths: list[str], *, gost: bool) -> Self:
        data = {path: files.decode(Path(path).read_bytes()) for path in paths}
        held = [certificates.parse(one) for path, one in data.items() if not path.endswith(".crl")]
        held = [one for one in held if (keys.load(one.spki).family in GOST) is gost]
        issuers = {one.subject for one in held}
        return cls(
            roots=[one for one in held if is_root(one)],
            others=[one for one in held if not is_root(one)],
            lists=[one for path, one in data.items() if path.endswith(".crl") and crl.parse(one).issuer in issuers],
        )


async def _check_with_pyhanko(signature: Any, known: _Known) -> None:
    from asn1crypto.x509 import Certificate as Loaded
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    trust = ValidationContext(
        trust_roots=[Loaded.load(one.der) for one in known.roots],
        other_certs=[Loaded.load(one.der) for one in known.others],
        crls=known.lists,
        allow_fetching=False,
        revocation_mode="require",
    )
    status = await async_validate_pdf_signature(signature, signer_validation_context=trust)
    holds = status.intact and status.valid and status.trusted and status.bottom_line
    require(holds, f"the signature {signature.field_name} does not hold: {status.summary()}")


def _check_gost(signature: Any, pdf: bytes, known: _Known) -> None:
    """Check the signature over its byte range, and that behind it nothing came but the seal."""
    from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, ModificationLevel

    signature.coverage = signature.evaluate_signature_coverage()
    added = getattr(signature.evaluate_modifications(DEFAULT_DIFF_POLICY), "modification_level", None)
    allowed = added is not None and added <= ModificationLevel.FORM_FILLING
    require(allowed, f"the page was changed after {signature.field_name} had signed")
    first, length, second, rest = (int(number) for number in signature.byte_range)
    signed = pdf[first : first + length] + pdf[second : second + rest]
    now = datetime.now(UTC)
    trust = Trust(anchors=tuple(Anchor(certificate=one) for one in known.roots), intermediates=tuple(known.others))
    lists = RevocationIndex([read_list(one, trust=trust, fetched_at=now) for one in known.lists])
    verdict = Verifier(trust, lists).verify(
        signed, _unpadded(signature.pkcs7_content), at=now, expect=Expectation.staff()
    )
    require(verdict.value is Value.VALID, f"the signature {signature.field_name} does not hold: {verdict.code}")


def _unpadded(content: bytes) -> bytes:
    """Give the CMS without the zeros that fill its place in the file. Raises der.Malformed."""
    _, _, stop = der.element(content, 0, len(content))
    require(not any(content[stop:]), "behind a signature there is something else than zeros")
    return content[:stop]
