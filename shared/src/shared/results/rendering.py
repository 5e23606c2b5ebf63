"""Renders a result page as PDF/A-2b and PDF/UA-1 with typst: the form is the service's, the layout is common.

Data reach typst as JSON in `sys.inputs` and are printed as text, so that no name can become markup; the form is read
from the service's own template and sees no files but the shared layout's folder. Fonts are those inside typst's wheel:
they hold every Kazakh letter, so the page looks the same on every machine.
"""

import functools
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final, Literal, cast

import segno
import typst

from shared.results.codes import parse_code
from shared.results.errors import FormError
from shared.results.page import Page, Party, Signatory
from shared.results.printable import printable_data

TEMPLATES: Final = Path(__file__).parent / "templates"
_JSON_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_QUOTED: Final = re.compile(r'"([^"]*)"')
STANDARDS: Final[list[Literal["a-2b", "ua-1"]]] = ["a-2b", "ua-1"]
MASK: Final = 2
"""Every reader takes any of the eight masks; choosing the prettiest for each code took longer than the whole page."""


def render(  # noqa: PLR0913 - keyword-only: what stands on every result
    form: Path,
    data: Mapping[str, object],
    *,
    number: str,
    code: str,
    verify_url: str,
    qr: str | None = None,
    issued_at: datetime,
    provider: Party,
    signatories: Sequence[Signatory],
    ink: bool = False,
) -> bytes:
    """Render `form` (a .typ file that imports `/layout.typ`) with `data` (JSON values) to the bytes of a PDF/A-2b.

    CPU work of some milliseconds, safe in any thread; call it from a worker thread. `qr` is what the QR code holds, by
    default the address. With `ink`, room is kept for signatures and a stamp by hand. The result ends with a line end,
    without which the first signature's update would break PDF/A (ISO 19005-2, 6.1.9).

    Raises:
        FormError: form and data disagree, or the form is wrong.
        TypeError: `data` holds something that is not a JSON value.
        CodeMalformedError: `code` is not a verification code.
        ValueError: a time has no zone, or `verify_url` is not an http address in ASCII.
    """
    page = Page(
        number=number,
        issued_at=issued_at,
        provider=provider,
        signatories=signatories,
        ink=ink,
    )
    inputs = {
        "page": as_json(page.as_data()),
        "data": as_json(data),
        "code": parse_code(code).code,
        "verify_url": verify_url,
        "qr": _qr(qr or verify_url),
    }
    return compile_form(form, inputs, issued_at) + b"\n"


def as_json(value: Mapping[str, object]) -> str:
    """Write data for a form, every text of it made printable; raises TypeError for what is no JSON value."""
    return json.dumps(printable_data(value), ensure_ascii=False, allow_nan=False)


def _qr(url: str) -> str:
    """Draw the QR code as SVG: black modules only, four modules of quiet zone are the layout's to keep."""
    if not url.isascii() or not url.isprintable() or " " in url or not url.startswith(("https://", "http://")):
        raise ValueError("verify_url is not an http address in ASCII")
    out = io.BytesIO()
    segno.make_qr(url, error="m", mask=MASK).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode("ascii")


def compile_form(form: Path, inputs: Mapping[str, str], issued_at: datetime) -> bytes:
    """Compile a form to PDF/A; raises FormError, which holds nothing of the data, ValueError (no zone)."""
    # A compiler is not to be shared by threads ("Already borrowed") and costs 0.1 ms; the fonts cost more, and may be.
    source = form.read_bytes()
    compiler = typst.Compiler(root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    try:
        pdf = compiler.compile(
            input=source,
            format="pdf",
            sys_inputs=dict(inputs),
            pdf_standards=[*STANDARDS],
            timestamp=_stamp(issued_at),
        )
    except typst.TypstError as refusal:
        message = _without_data(str(refusal.message), source.decode(errors="replace"), inputs)
    else:
        return cast("bytes", pdf)  # as always where no output file is named and the format is PDF
    raise FormError(f"{form.name}: {message}")  # outside the handler, so that no traceback carries typst's own words


def _without_data(message: str, source: str, inputs: Mapping[str, str]) -> str:
    """Blank out what may be a person's: texts of the data, and anything quoted, unless the form itself holds them."""
    texts = {json.loads(text) for text in _JSON_TEXT.findall(inputs["page"] + inputs["data"])}
    for text in sorted(texts, key=len, reverse=True):
        if text and text not in source:
            message = message.replace(text, "…")
    return _QUOTED.sub(lambda quoted: quoted[0] if quoted[1] in source else '"…"', message)


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _stamp(moment: datetime) -> datetime:
    """Return the moment as typst takes it: whole seconds, a fixed offset of whole minutes."""
    offset = moment.utcoffset() or timedelta()
    return moment.replace(microsecond=0).astimezone(timezone(timedelta(minutes=offset // timedelta(minutes=1))))
