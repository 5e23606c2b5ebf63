"""Block diagrams as they are drawn: read from the SVG itself, no text lies over another, a box's edge, or an arrow."""

from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from shared.procedure.flowchart import draw, flowchart
from shared.procedure.flowchart.measuring import width
from shared.procedure.loading import load
from shared.procedure.texts import LANGUAGES

LAW = load(Path(__file__).parents[3] / "shared" / "regulations")
ROUTES = [
    pytest.param(edition, channel, id=f"{edition.region}.{edition.service}.{channel}")
    for editions in LAW.editions.values()
    for edition in editions
    for channel in edition.channels
]
SVG = "{http://www.w3.org/2000/svg}"
ABOVE, BELOW = 0.8, 0.24  # of the size: how far letters reach above and below their line, Й and Ң included


@dataclass(frozen=True, kw_only=True)
class Area:
    what: str
    left: float
    top: float
    right: float
    foot: float

    def meets(self, other, slack=0.05):
        across = self.left < other.right - slack and other.left < self.right - slack
        return across and self.top < other.foot - slack and other.top < self.foot - slack

    def holds(self, other, slack=0.05):
        across = self.left - slack <= other.left and other.right <= self.right + slack
        return across and self.top - slack <= other.top and other.foot <= self.foot + slack


def text_area(text):
    size, x, y = (float(text.get(name)) for name in ("font-size", "x", "y"))
    wide = width(text.text, size, bold=text.get("class") == "b")
    return Area(what=text.text, left=x, top=y - ABOVE * size, right=x + wide, foot=y + BELOW * size)


def outline(shape, what):
    if shape.tag == f"{SVG}polygon":
        points = [tuple(map(float, point.split(","))) for point in shape.get("points").split()]
        across, down = zip(*points, strict=True)
        return Area(what=what, left=min(across), top=min(down), right=max(across), foot=max(down))
    x, y, wide, high = (float(shape.get(name)) for name in ("x", "y", "width", "height"))
    return Area(what=what, left=x, top=y, right=x + wide, foot=y + high)


def stretches(drawn):
    """The straight parts of all arrows, as areas without breadth."""
    for line in drawn.iter(f"{SVG}polyline"):
        points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
        for (x1, y1), (x2, y2) in pairwise(points):
            yield Area(what="arrow", left=min(x1, x2), top=min(y1, y2), right=max(x1, x2), foot=max(y1, y2))


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What stands where in one drawing."""

    page: Area
    lanes: dict[str, Area]
    boxes: list[tuple[str, Area, list[Area]]]
    titles: list[Area]
    labels: list[Area]
    arrows: list[Area]

    @property
    def texts(self):
        return [*self.titles, *self.labels, *(text for _, _, texts in self.boxes for text in texts)]


@pytest.fixture(scope="module", params=LANGUAGES)
def drawn(request):
    def read(edition, channel):
        chart = flowchart(
            edition, LAW.regions[edition.region].organisations, channel=channel, language=request.param, variant=None
        )
        return placed(ET.fromstring(draw(chart)))

    return read


def placed(root):
    lanes, boxes, titles = {}, [], []
    for group in root.iter(f"{SVG}g"):
        shape, *_ = group
        texts = [text_area(text) for text in group.iter(f"{SVG}text")]
        if lane := group.get("data-lane"):
            lanes[lane] = outline(shape, lane)
            titles += texts
        else:
            boxes.append((group.get("data-in"), outline(shape, group.get("data-box")), texts))
    own = [text for text in root if text.tag == f"{SVG}text"]
    labels = [text_area(text) for text in own if text.get("class") == "halo"]
    titles += [text_area(text) for text in own if text.get("class") != "halo"]
    page = Area(what="page", left=0, top=0, right=float(root.get("width")), foot=float(root.get("height")))
    return Drawn(page=page, lanes=lanes, boxes=boxes, titles=titles, labels=labels, arrows=list(stretches(root)))


def overlapping(areas, others=None):
    pairs = combinations(areas, 2) if others is None else ((one, other) for one in areas for other in others)
    return [(one.what, other.what) for one, other in pairs if one.meets(other)]


@pytest.mark.parametrize(("edition", "channel"), ROUTES)
class TestADrawing:
    def test_lays_no_text_over_another_or_over_the_edge_of_a_box(self, drawn, edition, channel):
        shown = drawn(edition, channel)
        assert overlapping(shown.texts) == []
        for _, box, texts in shown.boxes:
            assert texts
            assert [text.what for text in texts if not box.holds(text)] == []
        outlines = [box for _, box, _ in shown.boxes]
        assert overlapping(outlines) == []
        assert overlapping([*shown.titles, *shown.labels], outlines) == []

    def test_keeps_every_box_in_its_lane_and_everything_on_the_page(self, drawn, edition, channel):
        shown = drawn(edition, channel)
        assert overlapping(shown.lanes.values()) == []
        assert [box.what for lane, box, _ in shown.boxes if not shown.lanes[lane].holds(box)] == []
        assert [text.what for text in shown.texts if not shown.page.holds(text)] == []

    def test_leads_no_arrow_through_a_text(self, drawn, edition, channel):
        shown = drawn(edition, channel)
        assert overlapping(shown.arrows, [text for _, _, texts in shown.boxes for text in texts]) == []
        assert overlapping(shown.arrows, [*shown.labels, *shown.titles]) == []


class TestAnOverlap:
    """The checks above see it: so that nothing found there means something."""

    def test_is_seen(self):
        root = ET.fromstring(
            '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">'
            '<g data-lane="a"><rect x="0" y="0" width="90" height="90"/></g>'
            '<g data-box="one" data-in="a"><rect x="5" y="5" width="40" height="20"/>'
            '<text x="7" y="15" font-size="10">Ұзын сөз</text><text x="9" y="20" font-size="10">сөз</text></g>'
            '<text class="halo" x="40" y="20" font-size="10">иә</text><polyline points="10,0 10,18"/></svg>'
        )
        shown = placed(root)
        assert ("иә", "one") in overlapping(shown.labels, [box for _, box, _ in shown.boxes])
        assert ("Ұзын сөз", "сөз") in overlapping(shown.texts)
        assert ("arrow", "Ұзын сөз") in overlapping(shown.arrows, shown.texts)
        assert not shown.boxes[0][1].holds(shown.boxes[0][2][0])
