"""An authority whose every byte follows from a title: what seeds change in its work is the same in every run."""

from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from shared.pki import certificate, names
from shared.pki.private_keys import EcPrivateKey
from shared.pki.signing import SigningKey
from shared.testing import authority_forms as forms
from shared.testing.authority import Authority, key_id
from shared.testing.authority_folder import Books, Kept

_SIGNING = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


class SteadyKey(EcPrivateKey):
    """A key that its title gives, and one signature for the same bytes (RFC 6979). Worth nothing outside a test."""

    def __init__(self, title: str) -> None:
        number = int.from_bytes(sha256(title.encode()).digest(), "big")
        super().__init__(ec.derive_private_key(number, ec.SECP256R1()))

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, _SIGNING)


def steady_authority(title: str, *, at: datetime) -> Authority:
    """Make a root and an intermediate of the usual form. People's keys are to be given: `key=SteadyKey(...)`."""
    root_key, issuing_key = SteadyKey(f"{title} root"), SteadyKey(f"{title} issuing")
    root_name, issuing_name = (forms.name((names.COMMON_NAME, name), (names.COUNTRY, "KZ")) for name in ("ТҮП", "ОРТА"))
    root_id, issuing_id = key_id(root_key.spki), key_id(issuing_key.spki)
    period = {"not_before": at - timedelta(days=1), "not_after": at + timedelta(days=3650)}
    root = forms.certificate(
        subject=root_name, issuer=root_name, serial=1, spki=root_key.spki, signer=root_key, **period,
        extensions=[*forms.authority_extensions(), *forms.key_identifiers(root_id, None)],
    )  # fmt: skip
    issuing = forms.certificate(
        subject=issuing_name, issuer=root_name, serial=2, spki=issuing_key.spki, signer=root_key, **period,
        extensions=[*forms.authority_extensions(path_length=0), *forms.key_identifiers(issuing_id, root_id)],
    )  # fmt: skip
    assert certificate.parse(issuing).authority
    held = SigningKey(private=issuing_key, certificate=issuing)
    return Authority(Kept(
        algorithm="ecdsa", base_url="http://127.0.0.1:8099", books=Books(), fresh_keys=False,
        root=SigningKey(private=root_key, certificate=root), issuing=held, responder=held,
    ))  # fmt: skip
