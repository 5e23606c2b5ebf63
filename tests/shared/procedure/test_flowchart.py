"""Block diagrams: all of the regulation is there, in its lane, and nothing lies over anything else."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from shared.procedure import Channel
from shared.procedure.flowchart import draw, flowchart
from shared.procedure.flowchart.layout import BOX, lay_out
from shared.procedure.flowchart.measuring import width, wrap
from shared.procedure.flowchart.steps import lane_of
from shared.procedure.flowchart.words import Wording
from shared.procedure.loading import load
from shared.procedure.texts import LANGUAGES

LAW = load(Path(__file__).parents[3] / "shared" / "regulations")
EDITIONS = [edition for editions in LAW.editions.values() for edition in editions]
ROUTES = [
    pytest.param(edition, channel, id=f"{edition.region}.{edition.service}.{channel}")
    for edition in EDITIONS
    for channel in edition.channels
]
SVG = "{http://www.w3.org/2000/svg}"


def chart(edition, channel, language="kk", variant=None):
    organisations = LAW.regions[edition.region].organisations
    return flowchart(edition, organisations, channel=channel, language=language, variant=variant)


def boxes(drawn):
    """Each box of a drawing: its lane and its words, as they stand in the SVG."""
    found = {}
    for group in ET.fromstring(drawn).iter(f"{SVG}g"):
        if key := group.get("data-box"):
            found[key] = (group.get("data-in"), " ".join(line.text for line in group.iter(f"{SVG}text")))
    return found


def holds(row, channel):
    return not row.channels or channel in row.channels


def said(words):
    """Words without the breaks of lines, some of which fall inside a word."""
    return re.sub(r"[-\s]", "", words)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("edition", "channel"), ROUTES)
class TestFlowchart:
    def test_shows_every_step_limit_and_outcome_in_its_performers_lane(self, edition, channel, language):
        found, say = boxes(draw(chart(edition, channel, language))), Wording(language)
        for step in (step for step in edition.steps if holds(step, channel)):
            lane, words = found[f"step:{step.key}"]
            assert lane == lane_of(step)
            assert said(step.title[language]) in said(words)
            for rule in (rule for rule in step.limits if holds(rule, channel)):
                assert said(f"{say.limit(rule.limit)}") in said(words)
                assert said(say.cite(rule)) in said(words)
            everything = said(" ".join(text for where, text in found.values() if where == lane))
            for outcome in step.outcomes:
                assert said(outcome.title[language]) in everything

    def test_shows_every_ground_where_it_is_found_and_that_it_leads_to_a_refusal(self, edition, channel, language):
        found = boxes(draw(chart(edition, channel, language)))
        steps = {step.key for step in edition.steps if holds(step, channel)}
        for ground in (ground for ground in edition.grounds if holds(ground, channel)):
            for step in steps & set(ground.steps):
                assert said(ground.text[language]) in said(found[f"grounds:{step}"][1])
                assert found[f"refusal:{step}"][0] == "applicant"
            if not ground.steps and channel is Channel.PORTAL:
                assert said(ground.text[language]) in said(found[f"condition:{ground.kind}"][1])

    def test_shows_every_process_condition_and_result(self, edition, channel, language):
        found, say = boxes(draw(chart(edition, channel, language))), Wording(language)
        words = said(" ".join(text for _, text in found.values()))
        for process in edition.channels[channel].processes.values():
            assert said(say.number("process", process.number)) in words
            assert not process.condition or said(say.number("condition", process.condition)) in words
        for result in (result for result in edition.results if holds(result, channel)):
            assert said(result.title[language]) in said(found["result"][1])

    def test_lays_nothing_over_anything(self, edition, channel, language):
        plan = lay_out(chart(edition, channel, language))
        for one, other in combinations(plan.boxes, 2):
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert beside or one.bottom <= other.y or other.bottom <= one.y, (one.box.key, other.box.key)
        for arrow, box in ((arrow, box) for arrow in plan.arrows for box in plan.boxes):
            for (x1, y1), (x2, y2) in zip(arrow.points, arrow.points[1:], strict=False):
                left, right, top, foot = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
                clear = right <= box.x or left >= box.x + box.width or foot <= box.y or top >= box.bottom
                starts_inside = box.y <= y1 <= box.bottom and box.x <= x1 <= box.x + box.width
                assert clear or starts_inside, (arrow.points, box.box.key)
        for box in plan.boxes:
            for line in box.lines:
                assert line.x + width(line.words, line.size, bold=line.bold) <= box.x + box.width
                assert box.y < line.y < box.bottom
        assert max(box.bottom for box in plan.boxes) < plan.height

    def test_is_well_formed_and_named_for_those_who_hear_it(self, edition, channel, language):
        shown = chart(edition, channel, language)
        root = ET.fromstring(draw(shown))
        assert root.findtext(f"{SVG}title") == shown.title
        assert edition.act.number in root.findtext(f"{SVG}desc")
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
        assert not list(root.iter(f"{SVG}script"))
        assert draw(chart(edition, channel, language)) == draw(shown)


class TestVariant:
    def test_leaves_out_what_is_another_variants(self):
        edition = LAW.editions["zhambyl", "hiv-test"][0]
        both = boxes(draw(chart(edition, Channel.DIRECT, "en")))["grounds:receive"][1]
        assert said("(Mandatory confidential only)") in said(both)
        anonymous = boxes(draw(chart(edition, Channel.DIRECT, "en", "anonymous")))["grounds:receive"][1]
        assert said("identity") not in said(anonymous)


class TestWrap:
    def test_breaks_a_word_that_is_too_long_for_any_line(self):
        lines = wrap("ы" * 100 + " ә", BOX, 12)
        assert all(width(line, 12) <= BOX for line in lines)
        assert "".join(lines).replace("-", "") == "ы" * 100 + " ә"

    def test_counts_an_unknown_character_as_a_wide_one(self):
        assert width("漢", 12) >= width("Щ", 12)


class TestEscaping:
    def test_keeps_markup_in_words_words(self, whole):
        path = whole / "zhambyl" / "tb-certificate.toml"
        path.write_text(path.read_text("utf-8").replace('en = "', 'en = "<script>&'), "utf-8")
        regulations = load(whole)
        edition = regulations.editions["zhambyl", "tb-certificate"][0]
        drawn = draw(flowchart(edition, regulations.regions["zhambyl"].organisations,
                               channel=Channel.DIRECT, language="en"))  # fmt: skip
        assert "<script" not in drawn
        assert "&lt;script&gt;&amp;" in drawn
