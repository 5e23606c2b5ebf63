"""What is asked of a certificate: `kz`, the only profile of a gateway, and `rfc5280`, for old public test suites."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Where the two differ.

    `weak_algorithms`: DSA, SHA-1, MD5 and short RSA keys are read. `every_certificate`: missing revocation data of any
    certificate of the path is unknown, not only of the signer's. `signing_certificates`: steps 7, 9 and 10 are made.
    `partial_lists`: indirect lists, lists for some reasons, and answers until their nextUpdate are taken.
    `self_signed_anchors`: a pinned root signed itself. `strict_delta_numbers`: base and delta are numbered together
    (RFC 5280, 5.2.4 (d)); the NCA numbers them apart.
    """

    name: str
    weak_algorithms: bool
    every_certificate: bool
    signing_certificates: bool
    partial_lists: bool
    strict_delta_numbers: bool
    self_signed_anchors: bool


KZ: Final = Profile(
    name="kz",
    weak_algorithms=False,
    every_certificate=False,
    signing_certificates=True,
    partial_lists=False,
    strict_delta_numbers=False,
    self_signed_anchors=True,
)
RFC5280: Final = Profile(
    name="rfc5280",
    weak_algorithms=True,
    every_certificate=True,
    signing_certificates=False,
    partial_lists=True,
    strict_delta_numbers=True,
    self_signed_anchors=False,
)
