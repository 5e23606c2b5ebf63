"""Checks a result as anyone can who has the file, the root certificate and the revocation lists: with pyHanko."""

from pathlib import Path
from typing import Any

from shlyuz.demo.report import require

SIGNATURES = ("performer", "seal")


async def check_signatures(pdf: Path, roots: list[str]) -> list[Any]:
    """Raise Differs unless performer and seal, and nobody else, signed the whole file with certificates in force.

    `roots` are files, the root certificate first, lists ending in .crl. Gives pyHanko's two findings.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    with pdf.open("rb") as file:
        signatures = PdfFileReader(file).embedded_signatures
        names = tuple(each.field_name for each in signatures)
        require(names == SIGNATURES, f"the signatures should be {SIGNATURES}, not {names}")
        findings = [await _check(signature, roots) for signature in signatures]
    require(findings[-1].coverage.name == "ENTIRE_FILE", "the seal does not cover the whole file")
    return findings


async def _check(signature: Any, roots: list[str]) -> Any:
    from pyhanko.sign.validation import async_validate_pdf_signature

    status = await async_validate_pdf_signature(signature, signer_validation_context=_trust(roots))
    holds = status.intact and status.valid and status.trusted and status.bottom_line
    require(holds, f"the signature {signature.field_name} does not hold: {status.summary()}")
    return status


def _trust(roots: list[str]) -> Any:
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko_certvalidator import ValidationContext

    root, *others = [load_cert_from_pemder(path) for path in roots if not path.endswith(".crl")]
    lists = [Path(path).read_bytes() for path in roots if path.endswith(".crl")]
    return ValidationContext(
        trust_roots=[root], other_certs=others, crls=lists, allow_fetching=False, revocation_mode="require"
    )
