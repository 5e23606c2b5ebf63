"""Reads the QR code of a result as a camera would, from the strokes of its page: needs nothing but a reader."""

import io
from collections.abc import Iterator
from typing import Any, Final

import pypdf
import zxingcpp
from pypdf.generic import ContentStream

DOTS: Final = 4
"""Pixels a point, about 290 an inch."""
Matrix = tuple[float, ...]


def scanned(pdf: bytes) -> str:
    """Give the text of the one code on the first page."""
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    wide, high = (int(float(size) * DOTS) for size in page.mediabox[2:])
    pixels = bytearray(b"\xff" * (wide * high))
    for (x1, y1), (x2, y2) in _strokes(page):
        left, right = round(x1 * DOTS), round(x2 * DOTS)
        for y in range(*sorted((round(high - y1 * DOTS), round(high - y2 * DOTS)))):
            pixels[y * wide + left : y * wide + right] = bytes(right - left)
    (found,) = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (high, wide)))
    return str(found.text)


def _strokes(page: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Two corners of each stroke on the page: the code is drawn as level lines, one module thick and filled."""
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    kept: list[Matrix] = []
    lines: list[tuple[float, ...]] = []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        match operator:
            case b"q":
                kept.append(matrix)
            case b"Q":
                matrix = kept.pop()
            case b"cm":
                matrix = _times(tuple(map(float, operands)), matrix)
            case b"m":
                start = tuple(map(float, operands))
            case b"l":
                lines.append((*start, *map(float, operands)))
            case b"B":
                for x1, y1, x2, y2 in lines:
                    yield _on_page(x1, y1 - 0.5, matrix), _on_page(x2, y2 + 0.5, matrix)
        if operator in {b"B", b"f", b"S", b"n"}:
            lines = []


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _on_page(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (x * a + y * c + e, x * b + y * d + f)
