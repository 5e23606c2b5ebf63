"""A block diagram as SVG: no script, nothing from elsewhere, title and description for those who hear it read."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from shared.procedure.flowchart.layout import LANE, MARGIN, POINT, Arrow, Column, Line, Placed, Plan, lay_out
from shared.procedure.flowchart.shapes import Flowchart, Kind

_STYLE: Final = (
    "text{font-family:'DejaVu Sans',Arial,'Liberation Sans','Noto Sans',sans-serif;fill:#12212b}"
    ".b{font-weight:bold}.lane{fill:#f7f9fa;stroke:#9fb0ba}.head{fill:#e3ebef;stroke:#9fb0ba}"
    ".box{stroke-width:1.3}.start,.result{fill:#e8f1fb;stroke:#2b6cb0}.process{fill:#fff;stroke:#4a5560}"
    ".step{fill:#eaf7ee;stroke:#2f855a}.question{fill:#fff7e6;stroke:#b7791f}.outcome{fill:#f3faf5;stroke:#2f855a}"
    ".refusal{fill:#fdecec;stroke:#c53030}.note{fill:#fff;stroke:#6b7780;stroke-dasharray:5 3}"
    ".arrow{fill:none;stroke:#37474f;stroke-width:1.4;marker-end:url(#head)}.halo{stroke:#f7f9fa;stroke-width:3;"
    "paint-order:stroke}"
)
_HEAD: Final = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0L10 5L0 10z" fill="#37474f"/></marker></defs>'
)
_ROUND: Final = {Kind.START: 18, Kind.RESULT: 18, Kind.REFUSAL: 18, Kind.OUTCOME: 10, Kind.NOTE: 4}


def draw(chart: Flowchart) -> str:
    """Write the whole document; the same chart gives the same text."""
    plan = lay_out(chart)
    size = f'width="{plan.width:g}" height="{plan.height:g}" viewBox="0 0 {plan.width:g} {plan.height:g}"'
    return "".join((
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" xml:lang="{chart.language}" ',
        'aria-labelledby="title description">',
        f'<title id="title">{_text(chart.title)}</title>',
        f'<desc id="description">{_text(chart.description)}</desc>',
        f"<style>{_STYLE}</style>",
        _HEAD,
        f'<rect width="{plan.width:g}" height="{plan.height:g}" fill="#fff"/>',
        *_lines(plan.title),
        *(part for column in plan.columns for part in _column(plan, column)),
        *(part for arrow in plan.arrows for part in _arrow(arrow)),
        *(part for placed in plan.boxes for part in _box(placed)),
        "</svg>\n",
    ))  # fmt: skip


def _column(plan: Plan, column: Column) -> Iterator[str]:
    x, top = f"{column.x:g}", f"{plan.top:g}"
    yield f'<g data-lane="{_text(column.lane.key)}">'
    yield f'<rect class="lane" x="{x}" y="{top}" width="{LANE:g}" height="{plan.height - MARGIN - plan.top:g}"/>'
    yield f'<rect class="head" x="{x}" y="{top}" width="{LANE:g}" height="{plan.head:g}"/>'
    yield from _lines(column.lines)
    yield "</g>"


def _box(placed: Placed) -> Iterator[str]:
    box = placed.box
    yield f'<g data-box="{_text(box.key)}" data-in="{_text(box.lane)}">{_outline(placed)}'
    yield from _lines(placed.lines)
    yield "</g>"


def _outline(placed: Placed) -> str:
    x, y, width, height, kind = placed.x, placed.y, placed.width, placed.height, placed.box.kind
    if kind is Kind.QUESTION:
        middle = y + height / 2
        tips = [(x, middle), (x + POINT, y), (x + width - POINT, y), (x + width, middle),
                (x + width - POINT, y + height), (x + POINT, y + height)]  # fmt: skip
        return f'<polygon class="box {kind}" points="{_points(tips)}"/>'
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<rect class="box {kind}" {place} rx="{_ROUND.get(kind, 0)}"/>'


def _arrow(arrow: Arrow) -> Iterator[str]:
    yield f'<polyline class="arrow" points="{_points(arrow.points)}"/>'
    if arrow.label:
        x, y = arrow.label_at
        yield f'<text class="halo" x="{x:g}" y="{y:g}" font-size="11">{_text(arrow.label)}</text>'


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _lines(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        bold = ' class="b"' if line.bold else ""
        place = f'x="{line.x:g}" y="{line.y:g}" font-size="{line.size:g}"'
        yield f"<text{bold} {place}>{_text(line.words)}</text>"


def _text(words: str) -> str:
    return escape(words)
