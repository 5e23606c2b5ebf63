"""Find out what an uploaded file is, by its bytes: the announced type and the name of a file prove nothing.

puremagic says what a file looks like; our own list then asks for head and end of the three types that are taken.
"""

import puremagic

ALLOWED = ("application/pdf", "image/jpeg", "image/png")
_PDF_TAIL = 1024


def true_type(data: bytes) -> str | None:
    """Give the media type of the allow-list that the bytes are, or None."""
    for media_type, test in (("application/pdf", _pdf), ("image/jpeg", _jpeg), ("image/png", _png)):
        if test(data):
            return media_type if _agrees(data, media_type) else None
    return None


def _agrees(data: bytes, media_type: str) -> bool:
    try:
        found = puremagic.magic_string(data)
    except puremagic.PureError:
        return False
    return any(match.mime_type == media_type for match in found)


def _pdf(data: bytes) -> bool:
    return data.startswith((b"%PDF-1.", b"%PDF-2.")) and b"%%EOF" in data[-_PDF_TAIL:]


def _jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\x00").endswith(b"\xff\xd9")


def _png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") and data.endswith(b"IEND\xaeB`\x82")
