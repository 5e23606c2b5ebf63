"""Steps 9 and 10: is the signer the person of the request (IIN), and may he act for the organisation (BIN, role)."""

from shared.pki.codes import Code, Refused
from shared.pki.expectation import Expectation, Kind
from shared.pki.numbers import valid_number
from shared.pki.signer import Signer


def check_iin(signer: Signer, expect: Expectation, *, test: bool) -> None:
    """Step 9. Under a test authority the check digit is not asked for. Raises Refused: iin-…"""
    if signer.iin is None:
        if expect.kind is Kind.SEAL and expect.iin is None:
            return
        raise Refused(Code.IIN_MISSING, "the certificate names no person (no IIN)")
    if not test and not valid_number(signer.iin):
        raise Refused(Code.IIN_MALFORMED, "the IIN of the certificate fails its check digit")
    if expect.iin is not None and signer.iin != expect.iin:
        raise Refused(Code.IIN_MISMATCH, "the IIN of the certificate is not the one expected")


def check_bin(signer: Signer, expect: Expectation, *, test: bool) -> None:
    """Step 10, first half. Raises Refused: bin-…"""
    if expect.kind not in {Kind.STAFF, Kind.SEAL} and expect.bin is None:
        return
    if signer.bin is None:
        raise Refused(Code.BIN_MISSING, "the certificate names no organisation (no BIN)")
    if not test and not valid_number(signer.bin):
        raise Refused(Code.BIN_MALFORMED, "the BIN of the certificate fails its check digit")
    if expect.bin is not None and signer.bin != expect.bin:
        raise Refused(Code.BIN_MISMATCH, "the BIN of the certificate is not the one expected")


def check_roles(signer: Signer, expect: Expectation) -> None:
    """Step 10, second half. Raises Refused: role-refused."""
    if expect.roles and not expect.roles & set(signer.roles):
        raise Refused(Code.ROLE_REFUSED, "the certificate has none of the roles that may sign here")
