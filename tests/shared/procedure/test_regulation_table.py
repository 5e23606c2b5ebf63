"""The pinned tables: what the decrees make of every region, service, channel and variant, written from them by hand.

Every walk is filed on Monday 23 November 2026 at 10:00, at a provider open from 9 to 13 and from 14 to 18 on weekdays;
each step is completed three minutes after it opened. Limits, performers and due times are those of the clause named.
"""

import csv
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import pytest

from shared.procedure import Channel, State
from shared.procedure.limits import Limit

HERE = Path(__file__).parent
KEYS = ("region", "service", "channel", "variant", "case")


def rows(name):
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def key(row):
    return tuple(row[name] for name in KEYS)


WALKS = [list(walk) for _, walk in groupby(rows("regulations.csv"), key=key)]
REFUSALS = rows("refusals.csv")


def name(row):
    return "-".join(row[part] for part in KEYS if row.get(part))


def local(instant):
    from zoneinfo import ZoneInfo

    return f"{instant.astimezone(ZoneInfo('Asia/Almaty')):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("steps", WALKS, ids=[name(steps[0]) for steps in WALKS])
class TestTheRegulationTable:
    def test_is_what_the_engine_carries_out(self, steps, walk):
        first = steps[0]
        course = walk(first["region"], first["service"], channel=first["channel"], variant=first["variant"] or None)
        course.file()
        for row in steps:
            task = course.open_task
            signed = course.signs(row["step"], row["outcome"]).kind
            transition = course.complete(row["step"], row["outcome"])
            # A step whose clock only came to rest is not closed; its due time is then the one that it had.
            closed = transition.closed[0] if transition.closed else task
            assert {
                "step": task.step,
                "performer": task.performer,
                "limit": closed.due.limit if closed.due else "",
                "due": local(closed.due.due_at) if closed.due else "",
                "signs": signed,
                "state": transition.application.state,
                "journal": transition.journal.key if transition.journal else "",
            } == {key: row[key] for key in ("step", "performer", "limit", "due", "signs", "state", "journal")}
            if transition.seals:
                course.seal()
        assert course.application.state is State.ISSUED
        assert not course.application.live()

    def test_cites_the_clause_of_every_limit(self, steps, regulations):
        for row in steps:
            (edition,) = regulations.editions[row["region"], row["service"]]
            step = edition.step(row["step"])
            fitting = [rule for rule in step.limits if rule.fits(Channel(row["channel"]), row["variant"] or None)]
            rule = next((one for one in fitting if str(one.limit) == row["limit"]), step.unlimited)
            assert (rule.clause or rule.source) == row["clause"]


class TestTheTables:
    def test_hold_every_route_of_every_regulation(self, regulations):
        pinned = {(row["region"], row["service"], row["channel"], row["variant"]) for walk in WALKS for row in walk}
        routes = {
            (edition.region, edition.service, str(channel), variant or "")
            for editions in regulations.editions.values()
            for edition in editions
            for channel, variant in edition.routes()
        }
        assert pinned == routes

    def test_hold_27_walks_and_23_refusals(self):
        assert (len(WALKS), len(REFUSALS)) == (27, 23)

    def test_hold_every_limit_of_every_regulation(self, regulations):
        pinned = defaultdict(set)
        for row in (row for walk in WALKS for row in walk):
            pinned[row["region"], row["service"]].add((row["step"], row["limit"]))
        written = {
            place: {
                (step.key, str(rule.limit)) for edition in editions for step in edition.steps for rule in step.limits
            }
            for place, editions in regulations.editions.items()
        }
        assert {place: {row for row in found if row[1]} for place, found in pinned.items()} == written

    def test_read_limits_as_the_files_write_them(self):
        assert all(str(Limit.parse(row["limit"])) == row["limit"] for walk in WALKS for row in walk if row["limit"])


@pytest.mark.parametrize("row", REFUSALS, ids=[name(row) for row in REFUSALS])
class TestARefusal:
    def test_has_the_process_and_condition_of_the_decree(self, row, walk):
        course = walk(row["region"], row["service"], channel=row["channel"], variant=self.variant(row))
        course.file()
        transition = course.refuse(row["step"], row["ground"])
        ground = course.application.edition.ground(row["ground"])
        assert transition.application.state is State.REFUSED
        assert transition.application.status == f"refused-{ground.kind}"
        assert (transition.notice.ground, transition.notice.text) == (row["ground"], ground.text)
        assert transition.notice.process == (int(row["process"]) if row["process"] else None)
        assert transition.notice.condition == (int(row["condition"]) if row["condition"] else None)
        assert not transition.application.live()

    def test_leaves_a_registered_application_that_can_be_appealed(self, row, walk):
        course = walk(row["region"], row["service"], channel=row["channel"], variant=self.variant(row))
        filed, refused = course.file(), course.refuse(row["step"], row["ground"])
        registered = [change for change in (*filed.changes, *refused.changes) if change.state is State.REGISTERED]
        assert [change.process for change in registered] == [
            int(row["registered_by"]) if row["registered_by"] else None
        ]

    @staticmethod
    def variant(row):
        return "confidential" if row["service"] == "hiv-test" else None
