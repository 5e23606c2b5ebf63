"""Signature fields of a result: invisible, each in one incremental update, with room for a signature made later.

All use of pyHanko is here. It takes half a second to import, so the modules above import this one when they first sign.
"""

import io
import re
from datetime import datetime
from typing import Any, Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import PdfSignedData, SignatureObject

from shared.results.errors import NotPreparedError

PERFORMER: Final = "performer"
SEAL: Final = "seal"
_SUBFILTERS: Final = {
    PERFORMER: SigSeedSubFilter.ADOBE_PKCS7_DETACHED,  # NCALayer's CMS carries signingTime, which PAdES forbids
    SEAL: SigSeedSubFilter.PADES,
}
_CONTENTS: Final = re.compile(rb"<[0-9A-Fa-f]{256,}>")
"""Where a signature is or will be: pyHanko reads such a string digit by digit, which takes longer than all the rest."""


def reserve(pdf: bytes, field: str, *, at: datetime, room: int) -> tuple[bytes, tuple[int, int]]:
    """Add an invisible `field` with a placeholder for `room` bytes of CMS; return the file and the placeholder's span.

    The span runs from the opening `<` to behind the closing `>`: the byte range is everything else.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    steps = PdfCMSEmbedder(new_field_spec=SigFieldSpec(field, on_page=0)).write_cms(field, writer)
    next(steps)
    placeholder: PdfSignedData = SignatureObject(timestamp=at, subfilter=_SUBFILTERS[field], bytes_reserved=2 * room)
    steps.send(SigObjSetup(sig_placeholder=placeholder))
    digest, out = steps.send(SigIOSetup(md_algorithm="sha256", output=io.BytesIO()))
    return out.getvalue(), (digest.reserved_region_start, digest.reserved_region_end)


def last_span(pdf: bytes, fields: tuple[str, ...]) -> tuple[int, int]:
    """Find the placeholder's span of the last of `fields`, which must be the file's only signature fields, in order.

    Raises:
        NotPreparedError: other fields, or the last one's byte range is not the whole file around its contents.
    """
    try:
        reader = PdfFileReader(io.BytesIO(_CONTENTS.sub(_emptied, pdf)))
        found = [(name, value) for name, value, _ in enumerate_sig_fields(reader)]
        if tuple(name for name, _ in found) != fields or found[-1][1] is None:
            raise NotPreparedError("not the signature fields that were awaited")
        return _span(pdf, found[-1][1].get_object())
    except (PdfError, ValueError, KeyError, TypeError, IndexError, RecursionError) as wrong:
        raise NotPreparedError("not a readable PDF") from wrong


def _emptied(contents: re.Match[bytes]) -> bytes:
    return b"<>".ljust(len(contents[0]))


def _span(pdf: bytes, signature: Any) -> tuple[int, int]:
    first, start, end, length = (int(number) for number in signature["/ByteRange"])
    if first != 0 or not 0 < start < end < len(pdf) or end + length != len(pdf):
        raise NotPreparedError("the byte range is not the whole file")
    if pdf[start : start + 1] != b"<" or pdf[end - 1 : end] != b">":
        raise NotPreparedError("the byte range leaves out more than the signature")
    return start, end


def fill(pdf: bytes, span: tuple[int, int], der: bytes) -> bytes:
    """Write `der` into the placeholder, zeros behind it. The caller has made sure that it fits."""
    start, end = span
    digits = der.hex().encode().ljust(end - start - 2, b"0")
    return b"".join((pdf[: start + 1], digits, pdf[end - 1 :]))
