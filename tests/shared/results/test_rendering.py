import io
import json
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pypdf
import pytest

from shared.results import CodeMalformedError, FormError, Signatory
from shared.results.page import written
from shared.results.printable import SHOWN

MARKUP = [
    "*bold* _it_ `raw` $x^2$ = heading",
    '#eval("1+1") #sys.version #read("/layout.typ")',
    '"] #panic("x") [',
    "<label> @ref // comment /* */ \\ \\u{41} ~ ---",
    '{"a": 1}',
    "</text><script>alert(1)</script> & &amp;",
    "%PDF-1.7 endstream endobj ) ( << >>",
]


class TestRender:
    def test_prints_the_form_in_kazakh_and_russian(self, page, text_of):
        text = text_of(page)

        for expected in (
            "Дәрігердің қабылдауына жазылу туралы анықтама",
            "Справка о записи на приём к врачу",
            "Әбдіқадырова Ұлжан Өмірғалиқызы",
            "Жүнісов Ғалымжан Һашімұлы",
            "Жалпы практика дәрігері",
            "Врач общей практики",
            "06.01.2026 14:30",
        ):
            assert expected in text

    def test_prints_number_date_provider_and_code(self, page, text_of, code):
        text = text_of(page)

        for expected in ("КЖ-2026/000123", "05.01.2026", "БСН 990140000011", "БИН 990140000011", f"verify/{code}"):
            assert expected in text

    def test_shows_every_kazakh_letter(self, rendered, text_of):
        letters = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"

        assert letters in text_of(rendered(room=letters))

    def test_has_a_glyph_for_all_that_it_calls_printable(self, rendered):
        letters = ["a" + chr(code) for first, last in SHOWN for code in range(first, last + 1)]

        assert rendered(room=" ".join(letters)).startswith(b"%PDF")

    def test_names_the_signers_with_role_and_time(self, rendered, text_of):
        almaty = ZoneInfo("Asia/Almaty")
        earlier = Signatory(
            name="Тілеубаев Нұрлан",
            role_kk="Психиатр",
            role_ru="Врач-психиатр",
            signed_at=datetime(2026, 1, 5, 14, 5, tzinfo=almaty),
        )
        last = Signatory(name="Сәрсенова Гүлнар", role_kk="Басшылық", role_ru="Руководство")

        text = text_of(rendered(signatories=[earlier, last]))

        assert "Тілеубаев Нұрлан ЭЦҚ қойылған / подписано ЭЦП: 05.01.2026 14:05 (UTC+5)" in text
        assert "Сәрсенова Гүлнар ЭЦҚ қойылған / подписано ЭЦП Ұйымның" in text
        assert "Врач-психиатр" in text
        assert "Электронная печать организации" in text

    def test_keeps_room_for_ink_and_stamp_where_asked(self, rendered, page, text_of):
        assert "М.О. / М.П." in text_of(rendered(ink=True))
        assert "М.О. / М.П." not in text_of(page)

    @pytest.mark.parametrize("name", MARKUP, ids=range(len(MARKUP)))
    def test_prints_markup_as_the_text_that_it_is(self, rendered, text_of, name):
        assert name.replace("\u200b", "") in text_of(rendered(patient_name=name)).replace("\u200b", "")

    def test_does_not_let_hidden_characters_change_what_is_read(self, rendered, text_of):
        assert "Ас қар" in text_of(rendered(patient_name="\u202eАс\u2028\u0000қар\u2069"))

    def test_keeps_long_texts_on_the_page(self, rendered):
        pdf = rendered(patient_name="Ә" * 2000, room="сөз " * 3000)

        for number, page in enumerate(pypdf.PdfReader(io.BytesIO(pdf)).pages):
            places = []
            page.extract_text(visitor_text=lambda _t, cm, _tm, _f, _s, places=places: places.append(cm[4:]))
            assert all(0 <= x < 595 and 0 <= y < 842 for x, y in places), number

    def test_prints_a_dash_for_what_is_absent(self, rendered, text_of):
        assert "Кабинет Кабинет —" in text_of(rendered(room=None))

    def test_numbers_the_pages_when_there_are_several(self, rendered, text_of, page):
        assert "1 / 2" in text_of(rendered(room="сөз " * 700))
        assert "1 / 1" not in text_of(page)

    def test_claims_pdf_a_2b_and_pdf_ua(self, page):
        metadata = pypdf.PdfReader(io.BytesIO(page)).xmp_metadata.stream.get_data().decode()

        assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in "".join(metadata.split())
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata

    def test_ends_with_a_line_end_that_the_next_update_needs(self, page):
        assert page.endswith(b"%%EOF\n")

    def test_holds_no_name_outside_the_page(self, page):
        reader = pypdf.PdfReader(io.BytesIO(page))
        beside = json.dumps(dict(reader.metadata), ensure_ascii=False) + reader.xmp_metadata.stream.get_data().decode()

        assert "КЖ-2026/000123" in beside
        assert "Әбдіқадырова" not in beside

    def test_gives_the_same_bytes_for_the_same_data(self, rendered):
        assert rendered() == rendered()

    def test_takes_a_time_of_any_precision(self, rendered, now):
        assert rendered(issued_at=now.replace(microsecond=123456)) == rendered(issued_at=now)

    def test_may_be_called_from_many_threads(self, rendered, text_of):
        pages = {}
        threads = [
            threading.Thread(target=lambda n=n: pages.update({n: rendered(room=f"бөлме {n}")})) for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert all(f"бөлме {n}" in text_of(pages[n]) for n in range(8))

    def test_refuses_a_code_that_is_none(self, rendered):
        with pytest.raises(CodeMalformedError):
            rendered(code="bkg-1")

    @pytest.mark.parametrize(
        "url",
        ["", "javascript:alert(1)", "https://қазақстан.example/x", "https://a.example/ x", "https://a\n"],
        ids=ascii,
    )
    def test_refuses_an_address_that_is_none(self, rendered, url):
        with pytest.raises(ValueError, match="verify_url"):
            rendered(verify_url=url)

    def test_refuses_a_time_without_zone(self, rendered):
        with pytest.raises(ValueError, match="zone"):
            rendered(issued_at=datetime(2026, 1, 5))  # noqa: DTZ001 - the mistake that is meant

    def test_refuses_data_that_are_not_json(self, rendered):
        with pytest.raises(TypeError):
            rendered(room=datetime(2026, 1, 5, tzinfo=UTC))

    def test_does_not_wait_for_pyhanko(self):
        program = "import shared.results, sys; sys.exit('pyhanko' in sys.modules)"

        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class TestForm:
    def test_says_what_is_wrong_without_anyones_name(self, rendered, tmp_path):
        form = tmp_path / "wrong.typ"
        form.write_text('#import "/layout.typ": data\n#data.absent #int(data.patient_name)', encoding="utf-8")

        with pytest.raises(FormError, match=r"wrong\.typ: .*dictionary does not contain key") as refusal:
            rendered(form=form)
        assert refusal.value.__cause__ is None
        assert refusal.value.__context__ is None

    def test_blanks_out_data_that_the_compiler_quotes(self, rendered, tmp_path):
        form = tmp_path / "wrong.typ"
        form.write_text('#import "/layout.typ": data\n#panic(data.patient_name)', encoding="utf-8")

        with pytest.raises(FormError) as refusal:
            rendered(form=form, patient_name="Қупия")
        assert "Қупия" not in str(refusal.value)

    @pytest.mark.parametrize("path", ["/../errors.py", "/etc/passwd", "../errors.py"])
    def test_reads_no_file_but_the_layout(self, rendered, tmp_path, path):
        form = tmp_path / "curious.typ"
        form.write_text(f'#read("{path}")', encoding="utf-8")

        with pytest.raises(FormError):
            rendered(form=form)


class TestWritten:
    @pytest.mark.parametrize(
        ("hours", "expected"),
        [(5, "(UTC+5)"), (6, "(UTC+6)"), (0, "(UTC+0)"), (5.5, "(UTC+5:30)"), (-3.5, "(UTC-3:30)")],
    )
    def test_tells_the_offset(self, hours, expected):
        moment = datetime(2026, 1, 5, 14, 5, tzinfo=timezone(timedelta(hours=hours)))

        assert written(moment) == f"05.01.2026 14:05 {expected}"

    def test_refuses_a_time_without_zone(self):
        with pytest.raises(ValueError, match="zone"):
            written(datetime(2026, 1, 5))  # noqa: DTZ001 - the mistake that is meant
