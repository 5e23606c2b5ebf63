"""Pages, a small authority, signatures as NCALayer makes them, and pyHanko's validator to judge what comes out."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import NameOID

from shared.results import Party, Signatory, embed, prepare, render

FORM = Path(__file__).parent / "forms" / "confirmation.typ"
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
CODE = "bkg-5vz3vfnrw15yq4t6fxg34qr22p"
FIELDS = {
    "patient_name": "Әбдіқадырова Ұлжан Өмірғалиқызы",
    "doctor_name": "Жүнісов Ғалымжан Һашімұлы",
    "specialty": {"kk": "Жалпы практика дәрігері", "ru": "Врач общей практики"},
    "at": "06.01.2026 14:30",
    "room": "214",
}
FRAME = {
    "number": "КЖ-2026/000123",
    "code": CODE,
    "verify_url": f"https://shlyuz.example/verify/{CODE}",
    "issued_at": NOW.astimezone(ZoneInfo("Asia/Almaty")),
    "provider": Party(
        kk="«Көкшетау қалалық емханасы» ШЖҚ МКК",
        ru="ГКП на ПХВ «Кокшетауская городская поликлиника»",
        bin="990140000011",
        address_kk="Көкшетау қ., Абай к-сі, 12",
        address_ru="г. Кокшетау, ул. Абая, 12",
    ),
    "signatories": [
        Signatory(name="Қасымова Іңкәр Бөкенқызы", role_kk="Жауапты қызметкер", role_ru="Ответственный работник")
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Someone with a key and a certificate."""

    key: Any
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    def cms(self, data: bytes, *, detached: bool = True) -> bytes:
        """Sign as NCALayer does: one signer, signed attributes with the signing time, the chain inside."""
        options = [pkcs7.PKCS7Options.Binary] + [pkcs7.PKCS7Options.DetachedSignature] * detached
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
        builder = builder.add_signer(self.certificate, self.key, hashes.SHA256())
        for each in self.above:
            builder = builder.add_certificate(each)
        return builder.sign(serialization.Encoding.DER, options)

    def p12(self, password: bytes = b"pw") -> bytes:
        encryption = serialization.BestAvailableEncryption(password)
        return pkcs12.serialize_key_and_certificates(b"seal", self.key, self.certificate, self.above, encryption)


class Authority:
    """A root and an intermediate that issue end certificates."""

    def __init__(self) -> None:
        root, between = _rsa(), _rsa()
        self.root = _certificate("Root", root, None, authority=True)
        self.between = _certificate("Intermediate", between, (self.root, root), authority=True)
        self._issuer = (self.between, between)

    def issue(self, name: str, key: Any) -> Holder:
        return Holder(key=key, certificate=_certificate(name, key, self._issuer), above=(self.between, self.root))


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _certificate(
    name: str, key: Any, issuer: tuple[x509.Certificate, Any] | None, *, authority: bool = False
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    above, signer = issuer or (None, key)
    usage = x509.KeyUsage(not authority, not authority, *(False,) * 3, authority, authority, *(False,) * 2)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=300))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="session")
def performer(authority: Authority) -> Holder:
    return authority.issue("Performer", _rsa())


@pytest.fixture(scope="session", params=["rsa", "ecdsa"])
def organisation(request: pytest.FixtureRequest, authority: Authority) -> Holder:
    key = _rsa() if request.param == "rsa" else ec.generate_private_key(ec.SECP256R1())
    return authority.issue("Organisation", key)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def code() -> str:
    return CODE


@pytest.fixture(scope="session")
def rendered() -> Callable[..., bytes]:
    """Render the example form; keyword arguments replace a field of the form, or of the frame."""

    def make(form: Path = FORM, **changes: Any) -> bytes:
        data = FIELDS | {name: value for name, value in changes.items() if name in FIELDS}
        frame = FRAME | {name: value for name, value in changes.items() if name not in FIELDS}
        return render(form, data, **frame)

    return make


@pytest.fixture(scope="session")
def page(rendered: Callable[..., bytes]) -> bytes:
    return rendered()


@pytest.fixture(scope="session")
def signed(page: bytes, performer: Holder) -> bytes:
    """The page with the performer's signature."""
    prepared = prepare(page, at=NOW)
    return embed(prepared, performer.cms(prepared.to_sign))


@pytest.fixture(scope="session")
def text_of() -> Callable[[bytes], str]:
    """The text that pypdf reads on all pages, white space squeezed."""

    def read(pdf: bytes) -> str:
        pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    return read


@pytest.fixture(scope="session")
def judged(authority: Authority) -> Callable[[bytes], list[Any]]:
    """What pyHanko's validator says of each signature, against the authority's root, in the order of signing."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    root = asn1.Certificate.load(authority.root.public_bytes(serialization.Encoding.DER))

    def judge(pdf: bytes) -> list[Any]:
        reader = PdfFileReader(io.BytesIO(pdf))
        context = ValidationContext(trust_roots=[root], moment=NOW, allow_fetching=False)
        return [validate_pdf_signature(each, context) for each in reader.embedded_signatures]

    return judge
