"""A result before other people's eyes: openssl makes every key, certificate, list and the performer's CMS, and veraPDF,
EU DSS, pdfsig with NSS, poppler and a QR reader judge the file.
"""

import io
import re
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import zxingcpp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from shared.results import Party, Sealer, Signatory, embed, prepare, render, seal
from shared.results.fields import SEAL, reserve

pytestmark = pytest.mark.interop

FORM = Path(__file__).parent.parent / "shared" / "results" / "forms" / "confirmation.typ"
CODE = "bkg-5vz3vfnrw15yq4t6fxg34qr22p"
URL = f"https://shlyuz.example/verify/{CODE}"
CONFIG = """
[root]
database = {folder}/root.txt
certificate = {folder}/root.pem
private_key = {folder}/root.key
default_md = sha256
[between]
database = {folder}/between.txt
certificate = {folder}/between.pem
private_key = {folder}/between.key
default_md = sha256
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signing]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://127.0.0.1:9/ocsp
"""


class OpenSsl:
    """An authority made with the openssl program alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder))
        for name in ("root", "between"):
            (folder / f"{name}.txt").touch()
        self.issue("root", "authority", issuer=None)
        self.issue("between", "authority", issuer="root")

    def run(self, *arguments: str) -> None:
        answer = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stderr

    def issue(self, name: str, profile: str, issuer: str | None, algorithm: str = "rsa") -> None:
        key = (
            ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
            if algorithm == "rsa"
            else ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        )
        self.run("genpkey", "-algorithm", *key, "-out", f"{name}.key")
        self.run("req", "-new", "-key", f"{name}.key", "-subj", f"/C=KZ/CN={name}", "-out", f"{name}.csr")
        signer = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key"] if issuer else ["-key", f"{name}.key"]
        self.run(
            *("x509", "-req", "-in", f"{name}.csr", *signer, "-sha256", "-days", "30", "-extfile", "openssl.cnf"),
            *("-extensions", profile, "-out", f"{name}.pem"),
        )

    def publish(self, *authorities: str) -> None:
        for name in authorities:
            config = ("ca", "-config", "openssl.cnf", "-name", name)
            self.run(*config, "-gencrl", "-crldays", "7", "-out", f"{name}.crl")
            self.run("crl", "-in", f"{name}.crl", "-outform", "DER", "-out", f"{name}.crl")

    def revoke(self, name: str) -> None:
        self.run("ca", "-config", "openssl.cnf", "-name", "between", "-revoke", f"{name}.pem")
        self.publish("between")

    def cms(self, data: bytes, name: str) -> bytes:
        (self.folder / "data").write_bytes(data)
        self.run(
            *(
                "cms",
                "-sign",
                "-binary",
                "-md",
                "sha256",
                "-in",
                "data",
                "-signer",
                f"{name}.pem",
                "-inkey",
                f"{name}.key",
            ),
            *("-certfile", "between.pem", "-outform", "DER", "-out", "cms"),
        )
        return (self.folder / "cms").read_bytes()

    def sealer(self, name: str) -> Sealer:
        self.run(
            *("pkcs12", "-export", "-inkey", f"{name}.key", "-in", f"{name}.pem", "-certfile", "between.pem"),
            *("-passout", "pass:pw", "-out", f"{name}.p12"),
        )
        return Sealer.from_pkcs12(self.folder / f"{name}.p12", b"pw")

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    @property
    def lists(self) -> list[Path]:
        return [self.folder / "root.crl", self.folder / "between.crl"]


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    made = OpenSsl(tmp_path_factory.mktemp("openssl"))
    made.issue("performer", "signing", issuer="between")
    made.issue("rsa-seal", "signing", issuer="between")
    made.issue("ec-seal", "signing", issuer="between", algorithm="ec")
    made.publish("root", "between")
    return made


@pytest.fixture(scope="module")
def now(openssl):
    """The certificates are in force when the signatures are made."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def page(now):
    return render(
        FORM,
        {
            "patient_name": "Әбдіқадырова Ұлжан Өмірғалиқызы",
            "doctor_name": "Жүнісов Ғалымжан Һашімұлы",
            "specialty": {"kk": "Жалпы практика дәрігері", "ru": "Врач общей практики"},
            "at": "06.01.2026 14:30",
            "room": "x" * 300,
        },
        number="КЖ-2026/000123",
        code=CODE,
        verify_url=URL,
        issued_at=now.astimezone(timezone(timedelta(hours=5))),
        provider=Party(kk="«Емхана» ШЖҚ МКК", ru="ГКП на ПХВ «Поликлиника»", bin="990140000011"),
        signatories=[Signatory(name="Қасымова Іңкәр", role_kk="Диспетчер", role_ru="Диспетчер")],
        ink=True,
    )


@pytest.fixture(scope="module")
def signed(page, openssl, now):
    prepared = prepare(page, at=now)
    return embed(prepared, openssl.cms(prepared.to_sign, "performer"))


@pytest.fixture(scope="module")
def sealed(signed, openssl, now):
    return seal(signed, openssl.sealer("rsa-seal"), at=now)


@pytest.fixture
def judge(check_pdf, openssl, tmp_path):
    def ask(pdf, *options, certificates=None):
        file = tmp_path / "result.pdf"
        file.write_bytes(pdf)
        return check_pdf(file, *(certificates or [openssl.root]), options=options)

    return ask


class TestResult:
    @pytest.mark.parametrize("kind", ["rsa-seal", "ec-seal"])
    def test_satisfies_verapdf_and_both_validators(self, signed, openssl, judge, now, kind):
        said = judge(seal(signed, openssl.sealer(kind), at=now))

        assert said.ok, said.said
        assert {finding["subject"] for finding in said.findings} == {"2b", "ua1", "performer", "seal", "-"}

    def test_satisfies_them_before_the_seal_too(self, signed, judge):
        said = judge(signed, "-n", "1")

        assert said.ok, said.said

    def test_satisfies_them_with_revocation_lists(self, sealed, openssl, judge):
        said = judge(sealed, "-r", certificates=[openssl.root, *openssl.lists])

        assert said.ok, said.said

    def test_can_be_read_by_poppler_and_nothing_leaves_the_page(self, sealed, tmp_path):
        (tmp_path / "result.pdf").write_bytes(sealed)
        boxes = subprocess.run(
            ["pdftotext", "-bbox", "result.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

        for word in ("Әбдіқадырова", "Һашімұлы", "приёма", CODE):
            assert word in boxes
        assert max(map(float, re.findall(r'xMax="([0-9.]+)"', boxes))) < 595.28 - 50

    def test_has_a_qr_code_that_leads_to_the_verification(self, sealed, tmp_path):
        (tmp_path / "result.pdf").write_bytes(sealed)
        subprocess.run(["pdftoppm", "-gray", "-r", "110", "result.pdf", "page"], cwd=tmp_path, check=True)
        _, size, _, pixels = next(tmp_path.glob("page*.pgm")).read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())

        (found,) = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (height, width)))

        assert found.text == URL


class TestTampering:
    """The checkers see it: so a pass above means something."""

    def test_of_one_byte_is_seen(self, sealed, judge):
        place = [found.end() + 40 for found in re.finditer(rb"\bstream\n", sealed)][1]
        said = judge(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])

        assert sorted(bad(said, "DSS", "pdfsig")) == ["performer", "performer", "seal", "seal"]

    def test_by_an_annotation_after_the_seal_is_seen(self, sealed, judge):
        said = judge(annotated(sealed))

        assert sorted(bad(said, "DSS")) == ["performer", "seal"]

    def test_between_performer_and_seal_is_seen(self, signed, openssl, judge, now):
        """Our own `seal` refuses such a file, so it is sealed here without asking."""
        said = judge(sealed_blindly(annotated(signed), openssl, now))

        assert bad(said, "DSS") == ["performer"]

    def test_by_bytes_after_the_end_is_seen(self, sealed, judge):
        said = judge(sealed + b"\n% more\n")

        assert bad(said, "veraPDF") == ["2b"]

    def test_with_another_root_is_seen(self, sealed, judge, tmp_path):
        foreign = OpenSsl(tmp_path)
        said = judge(sealed, certificates=[foreign.root])

        assert sorted(bad(said, "DSS", "pdfsig")) == ["performer", "performer", "seal", "seal"]

    def test_by_a_revoked_performer_is_seen(self, sealed, openssl, judge):
        openssl.revoke("performer")
        said = judge(sealed, certificates=[openssl.root, *openssl.lists])

        assert bad(said, "DSS") == ["performer"]

    def test_by_a_missing_seal_is_seen(self, signed, judge):
        assert not judge(signed).ok


def bad(said, *programs):
    assert not said.ok
    return [each["subject"] for each in said.findings if each["program"] in programs and not each["good"]]


def annotated(pdf: bytes) -> bytes:
    """Draw something over the first page, as an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    stamp = {
        "/Type": generic.NameObject("/Annot"),
        "/Subtype": generic.NameObject("/FreeText"),
        "/F": generic.NumberObject(4),
    }
    stamp["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (100, 300, 300, 500)))
    stamp["/Contents"] = generic.pdf_string("forged")
    stamp["/DA"] = generic.pdf_string("/Helv 12 Tf")
    annotations = page.get("/Annots", generic.ArrayObject())
    page["/Annots"] = generic.ArrayObject(
        [*annotations, writer.add_object(generic.DictionaryObject({generic.pdf_name(k): v for k, v in stamp.items()}))]
    )
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def sealed_blindly(pdf: bytes, openssl: OpenSsl, now: datetime) -> bytes:
    waiting, (start, end) = reserve(pdf, SEAL, at=now, room=8192)
    signature = openssl.cms(waiting[:start] + waiting[end:], "rsa-seal")
    return waiting[: start + 1] + signature.hex().encode().ljust(end - start - 2, b"0") + waiting[end - 1 :]
