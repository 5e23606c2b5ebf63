"""Where everything of a block diagram stands: a column for each lane, a row for each box of the main line.

A row holds the box of the main line and at most one more in another lane, so nothing lies between the two, and
arrows run in the room between rows, where there are no boxes: nothing overlaps, whatever the words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from shared.procedure.flowchart.measuring import wrap
from shared.procedure.flowchart.shapes import Box, Flowchart, Kind, Lane, Paragraph, Row

LANE: Final = 250.0
MARGIN: Final = 16.0
BOX: Final = 214.0
PADDING: Final = 10.0
POINT: Final = 14.0
"""How far the tips of a question reach into its box."""
GAP: Final = 40.0
LEADING: Final = 1.3
PARAGRAPH: Final = 4.0
TEXT, SMALL, LANE_TITLE, TITLE = 12.0, 10.0, 12.0, 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of words: `y` is its baseline."""

    words: str
    x: float
    y: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A box with its place: the left upper corner, width and height."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    lines: Sequence[Line]

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A line through points to an arrow head at the last, with a label at the first."""

    points: Sequence[tuple[float, float]]
    label: str = ""
    label_at: tuple[float, float] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A lane with its place and its title."""

    lane: Lane
    x: float
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole drawing. `top` is where lanes begin, `head` the height of their titles."""

    chart: Flowchart
    width: float
    height: float
    top: float
    head: float
    title: Sequence[Line]
    columns: Sequence[Column]
    boxes: Sequence[Placed]
    arrows: Sequence[Arrow]


def lay_out(chart: Flowchart) -> Plan:
    """Give everything its place; the same chart always has the same plan."""
    width = 2 * MARGIN + LANE * len(chart.lanes)
    heading = [(chart.title, TITLE, True), (chart.description, SMALL, False)]
    title = list(_lines(heading, MARGIN, MARGIN, width - 2 * MARGIN))
    top = title[-1].y + MARGIN
    columns = [_column(lane, MARGIN + LANE * position, top) for position, lane in enumerate(chart.lanes)]
    head = max(column.lines[-1].y for column in columns) - top + PADDING
    where = {column.lane.key: column.x + (LANE - BOX) / 2 for column in columns}
    placed = list(_rows(chart.rows, where, top + head + GAP / 2))
    return Plan(
        chart=chart,
        width=width,
        height=max(main.bottom for main, _ in placed) + GAP / 2 + MARGIN,
        top=top,
        head=head,
        title=title,
        columns=columns,
        boxes=[box for pair in placed for box in pair if box],
        arrows=list(_arrows(chart.rows, placed)),
    )


def _column(lane: Lane, x: float, top: float) -> Column:
    return Column(lane=lane, x=x, lines=list(_lines([(lane.title, LANE_TITLE, True)], x, top, LANE)))


def _lines(parts: Sequence[tuple[str, float, bool]], x: float, y: float, within: float) -> Iterator[Line]:
    """Lines from `y` downwards; the words start after the padding."""
    y += PADDING
    for words, size, bold in parts:
        for words_of_line in wrap(words, within - 2 * PADDING, size, bold=bold):
            yield Line(words=words_of_line, x=x + PADDING, y=y + size, size=size, bold=bold)
            y += size * LEADING
        y += PARAGRAPH


def _rows(rows: Sequence[Row], where: dict[str, float], y: float) -> Iterator[tuple[Placed, Placed | None]]:
    for row in rows:
        main = _place(row.main, where[row.main.lane], y)
        aside = _place(row.aside, where[row.aside.lane], y) if row.aside else None
        yield main, aside
        y = max(main.bottom, aside.bottom if aside else 0) + GAP


def _place(box: Box, x: float, y: float) -> Placed:
    inset = POINT if box.kind is Kind.QUESTION else 0
    lines = list(_lines([_part(one) for one in box.paragraphs], x + inset, y, BOX - 2 * inset))
    return Placed(box=box, x=x, y=y, width=BOX, height=lines[-1].y - y + PADDING, lines=lines)


def _part(paragraph: Paragraph) -> tuple[str, float, bool]:
    return paragraph.words, SMALL if paragraph.small else TEXT, paragraph.heading


def _arrows(rows: Sequence[Row], placed: Sequence[tuple[Placed, Placed | None]]) -> Iterator[Arrow]:
    for row, (main, aside) in zip(rows, placed, strict=True):
        if aside:
            yield from _sideways(row, main, aside)
    feet = list(accumulate((max(main.bottom, aside.bottom if aside else 0) for main, aside in placed), max))
    following = zip(rows, placed, placed[1:], feet, strict=False)
    yield from (_down(row, main, target, foot) for row, (main, _), (target, _), foot in following if row.onwards)


def _sideways(row: Row, main: Placed, aside: Placed) -> Iterator[Arrow]:
    """From side to side in the height that both boxes share, and back below, where it comes back."""
    height = min(main.height, aside.height)
    to_left = aside.x < main.x
    y = main.y + height / (3 if row.back else 2)
    inset = _inset(main, y)
    start, end = (main.x + inset, aside.x + BOX) if to_left else (main.x + BOX - inset, aside.x)
    label_x = main.x - 30 if to_left else main.x + BOX + 8  # between the tips of a question and the other box
    yield Arrow(points=[(start, y), (end, y)], label=row.aside_label, label_at=(label_x, y - 5))
    if row.back:
        y = main.y + height * 2 / 3
        yield Arrow(points=[(end, y), (start, y)])


def _inset(placed: Placed, y: float) -> float:
    """How far the outline lies inside the box's side at a height: a question's sides lead to its tips."""
    if placed.box.kind is not Kind.QUESTION:
        return 0
    return POINT * abs(2 * (y - placed.y) / placed.height - 1)


def _down(row: Row, source: Placed, target: Placed, foot: float) -> Arrow:
    """Down out of the source, across in the room below the row, down into the target."""
    across = foot + GAP / 2
    points = [(source.middle, source.bottom), (target.middle, target.y)]
    if source.middle != target.middle:
        points[1:1] = [(source.middle, across), (target.middle, across)]
    return Arrow(points=points, label=row.label, label_at=(source.middle + 6, source.bottom + 14))
