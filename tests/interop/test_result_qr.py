"""The QR code of a printed result before a reader that others made: on paper, off-line, as sharp as a copier is."""

import subprocess
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.results import Party, QrKeys, Signatory, Statement, StatementForged, qr_text, render
from shared.results.statement import check

pytestmark = pytest.mark.interop

FORM = Path(__file__).parent.parent / "shared" / "results" / "forms" / "confirmation.typ"
CODE = "bkg-5vz3vfnrw15yq4t6fxg34qr22p"
URL = f"https://shlyuz.zhambyl-densaulyq.example/api/v1/verify/{CODE}"
LONGEST = "Мемлекеттік көрсетілетін қызметтің нәтижесі туралы анықтама, " * 3


@pytest.fixture(scope="module")
def keys():
    private = Ed25519PrivateKey.generate()
    return QrKeys.read(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def statement(kind):
    return Statement(issuer="990140000011", kind=kind, number="BKG-2026-0000123", issued_on=date(2026, 1, 5), code=CODE)


@pytest.fixture(params=["Дәрігердің қабылдауына жазылу туралы растау", LONGEST], ids=["usual", "longest"])
def scanned(request, keys, tmp_path):
    """What a reader sees of the page, rendered by poppler at 200 dots per inch."""
    (tmp_path / "result.pdf").write_bytes(page(qr_text(URL, keys.sign(statement(request.param)))))
    subprocess.run(["pdftoppm", "-gray", "-r", "200", "result.pdf", "page"], cwd=tmp_path, check=True)
    _, size, _, pixels = next(tmp_path.glob("page*.pgm")).read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    (found,) = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (height, width)))
    return request.param, found.text


def page(qr):
    form = {
        "patient_name": "Әбдіқадырова Ұлжан Өмірғалиқызы",
        "doctor_name": "Жүнісов Ғалымжан Һашімұлы",
        "specialty": {"kk": "Жалпы практика дәрігері", "ru": "Врач общей практики"},
        "at": "06.01.2026 14:30",
        "room": "214",
    }
    return render(
        FORM, form, number="BKG-2026-0000123", code=CODE, verify_url=URL, qr=qr,
        issued_at=datetime(2026, 1, 5, 14, 30, tzinfo=timezone(timedelta(hours=5))),
        provider=Party(kk="Емхана", ru="Поликлиника", bin="990140000011"),
        signatories=[Signatory(name="Қасымова Іңкәр", role_kk="Қызметкер", role_ru="Работник")],
    )  # fmt: skip


class TestTheQrCode:
    def test_can_be_checked_off_line(self, scanned, keys):
        kind, text = scanned
        said = check(text, keys.published())
        assert (said.issuer, said.number, said.issued_on) == ("990140000011", "BKG-2026-0000123", date(2026, 1, 5))
        assert said.kind == kind[:160]

    def test_leads_a_telephone_to_the_verification(self, scanned):
        assert scanned[1].startswith(f"{URL}#")

    def test_is_not_taken_from_a_stranger(self, scanned):
        stranger = Ed25519PrivateKey.generate()
        others = QrKeys.read(stranger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with pytest.raises(StatementForged):
            check(scanned[1], others.published())
