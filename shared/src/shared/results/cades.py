"""Lets pyHanko build the seal's CAdES around a signing function that it does not know. Imported when first needed."""

from collections.abc import Callable, Iterable

from asn1crypto import x509
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore


class OrganisationSigner(Signer):
    """Signs with `sign`: bytes in, signature over their SHA-256 out. The certificates are DER."""

    def __init__(self, sign: Callable[[bytes], bytes], certificate: bytes, chain: Iterable[bytes]) -> None:
        store = SimpleCertificateStore()
        store.register_multiple([x509.Certificate.load(each) for each in chain])
        super().__init__(signing_cert=x509.Certificate.load(certificate), cert_registry=store)
        self._sign = sign

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 - pyHanko's signature
        """Sign the encoded signed attributes."""
        return self._sign(data)
