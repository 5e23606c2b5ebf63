"""Which row of docs/security/disagreements.md explains that we and another verifier differ about one input.

Where we refuse, our own code decides, and for malformed values what we say of them; where another refuses, its words.
"""

import re
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).parents[3] / "docs/security/disagreements.md"

_NOT_DER: Final = (
    r"an? (bit string|integer|boolean|object identifier|element|tag|indefinite|absurd|length|empty integer|time)\b|"
    r"the data end|tag 0x|not one element|something is left over|text in another|unused bits|an attribute twice"
)
_AGAINST_PROFILE: Final = (
    r"a version that|a list of a version|a reason that|a serial number of|a unique identifier in|extensions in an old|"
    r"a path length that|no policy, or|an extension twice|an empty list|no name where|an entry of another|"
    r"an issuer of an|a general name of|a relative name without|name constraints that|a subtree with|"
    r"policy constraints that|a negative number of|a name that is not IA5|an address of another"
)
_OURS: Final = (  # our code and detail, in whole; the first that fits
    (10, r"(certificate|list)-malformed: the two signature algorithms differ .*"),
    (1, rf"(certificate|list)-malformed: ({_NOT_DER}).*"),
    (12, rf"(certificate|list)-malformed: ({_AGAINST_PROFILE}).*"),
    (1, rf"signature-malformed: not a CMS SignedData: ({_NOT_DER}).*"),
    (1, rf"attributes-malformed: [a-z ]+: ({_NOT_DER}).*"),
    (2, r"key-(malformed|unknown): .*"),
    (3, r"(list-)?critical-extension-unknown: .*"),
    (9, r"revoked: revoked on 2026-11-23 09:00:00 UTC.*"),
    (11, r"algorithm-mismatch: the message does not list the signer's digest algorithm"),
    (12, r"signature-malformed: not a CMS SignedData: a version of (SignedData|SignerInfo) that does not exist"),
    (13, r"algorithm-unknown: signature algorithm [0-9.]+ is not one that is verified here"),
    (13, r"algorithm-unknown: algorithm [0-9.]+ has parameters, which it must not have"),
    (16, r"no-certificate: the signer's certificate is not in the message"),
    (14, r"content-type-refused: what is signed is not plain data"),
)
_THEIRS: Final = {
    "pyhanko": (
        (4, r"unassigned code points|malformed bidirectional|prohibited"),
        (5, r"Insufficient data|Error parsing|did not match the class|while parsing|codec can't decode"),
        (6, r"no issuer matching"),
        (15, r"CRL is too recent"),
    ),
    "openssl": (
        (6, r"unable to get local issuer|authority and (subject|issuer)"),
        (17, r"at its last second"),
        (7, r"invalid extension|Could not read|Unable to load|format error|unsupported or invalid"),
    ),
}


def row(ours: str, theirs: str, *, other: str) -> int | None:
    """Find the row for two answers, each empty where the verifier accepts; None where no row explains them."""
    if ours:
        return next((number for number, form in _OURS if re.fullmatch(form, ours, re.DOTALL)), None)
    return next((number for number, form in _THEIRS[other] if re.search(form, theirs)), None)


def rows() -> set[int]:
    """Read the numbers of the rows that the document has."""
    return {int(number) for number in re.findall(r"^\| (\d+) \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)}


def used() -> set[int]:
    """List the rows that may explain something, here and in the tests that look further."""
    return {number for forms in (_OURS, *_THEIRS.values()) for number, _ in forms} | {8}
