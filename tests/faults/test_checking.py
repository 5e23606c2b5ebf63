"""The checks themselves: books in which all is well pass, and each planted fault is found by the check it is for."""

from dataclasses import replace

import pytest
from tests.faults import checking
from tests.faults.books import Books
from tests.faults.history import Exchange, History

PAGE = {"provider": "1", "journal": "appointments", "volume": "booking", "year": 2026}


@pytest.fixture
def books():
    """One application on its way, one that was issued."""
    return Books(
        applications=[
            {"id": "bkg-1", "number": "N-1", "state": "registered", "version": 2, "filed_by": "citizen"},
            {"id": "bkg-2", "number": "N-2", "state": "issued", "version": 3, "filed_by": "citizen"},
        ],
        tasks=[{"id": "t-1", "state": "open"}, {"id": "t-2", "state": "done"}],
        history=[{"application": id_, "version": version} for id_, last in (("bkg-1", 2), ("bkg-2", 3))
                 for version in range(1, last + 1)],
        results=[{"application": "bkg-2", "state": "sealed", "code": "c"}],
        journal_rows=[PAGE | {"number": 1, "application": "bkg-2", "corrects": None}],
        journal_counters=[PAGE | {"last": 1}],
        outbox=[
            {"id": "e1", "key": "bkg-1", "type": "kz.shlyuz.application.submitted.v1"},
            {"id": "e2", "key": "bkg-2", "type": "kz.shlyuz.application.submitted.v1"},
            {"id": "e3", "key": "bkg-2", "type": "kz.shlyuz.application.step-completed.v1"},
            {"id": "e4", "key": "bkg-2", "type": "kz.shlyuz.application.issued.v1"},
        ],
        slots=[{"id": "s-1", "application": "bkg-1"}],
        told_workstations=[
            {"provider": "1", "number": number, "data": {"application_id": id_, "event_id": f"e{number}"}}
            for number, id_ in enumerate(("bkg-1", "bkg-2", "bkg-2", "bkg-2"), 1)
        ],
        topics={"bkg-1": ["e1"], "bkg-2": ["e2", "e3", "e3", "e4"]},
    )  # fmt: skip


@pytest.fixture
def history(tmp_path):
    """What clients of that region were told."""
    told = History(tmp_path / "history.jsonl")
    told.told("filed", "key-1", {"id": "bkg-1", "number": "N-1", "appointment": {"slot_id": "s-1"}})
    told.told("filed", "key-2", {"id": "bkg-2", "number": "N-2"})
    told.told("completed", "t-2", {"state": "done", "application": {"id": "bkg-2", "state": "ready"}})
    told.told("shown", "bkg-1", {"number": "N-1", "state": "submitted"})
    yield told
    told.close()


def findings(history, books, *, durable=True):
    return {
        "lost or doubled": checking.lost_or_doubled(history, books),
        "slots": checking.wrong_slots(history, books),
        "steps": checking.lost_steps(history, books),
        "histories": checking.broken_histories(books),
        "journals": checking.gaps_in_journals(books),
        "topics": checking.unordered_events(books, durable=durable),
        "unannounced": checking.unannounced(history, books),
        "workstations": checking.doubled_at_workstations(books, durable=durable),
        "results": checking.unsealed(books),
    }


def found(history, books, **options):
    return {name for name, words in findings(history, books, **options).items() if words}


def without(rows, **values):
    return [row for row in rows if any(row[name] != value for name, value in values.items())]


class TestBooksInOrder:
    def test_pass_every_check(self, history, books):
        assert found(history, books) == set()

    def test_may_have_an_event_twice_and_from_anew(self, history, books):
        """A send in doubt is repeated; a broker that forgot gets everything once more."""
        again = replace(books, topics={"bkg-1": ["e1"], "bkg-2": ["e4", "e2", "e3", "e4"]})
        assert found(history, again, durable=False) == set()
        assert found(history, again, durable=True) == {"topics"}


class TestAFault:
    @pytest.mark.parametrize(
        ("table", "change", "where"),
        [
            ("applications", lambda rows: without(rows, id="bkg-1"), {"lost or doubled", "steps"}),
            ("applications", lambda rows: [*rows, rows[0] | {"id": "bkg-3"}], {"lost or doubled", "histories"}),
            ("applications", lambda rows: [rows[0] | {"number": "N-9"}, rows[1]], {"lost or doubled"}),
            ("applications", lambda rows: [rows[0], rows[1] | {"state": "registered"}], {"steps", "results"}),
            ("tasks", lambda rows: without(rows, id="t-2"), {"steps"}),
            ("history", lambda rows: rows[1:], {"histories"}),
            ("results", lambda rows: [], {"results"}),
            ("results", lambda rows: rows * 2, {"results"}),
            ("journal_rows", lambda rows: rows * 2, {"journals"}),
            ("journal_rows", lambda rows: [rows[0] | {"number": 2}], {"journals"}),
            ("outbox", lambda rows: without(rows, id="e4"), {"topics", "unannounced", "workstations"}),
            ("slots", lambda rows: [], {"slots"}),
            ("slots", lambda rows: [*rows, {"id": "s-1", "application": "bkg-2"}], {"slots"}),
            ("told_workstations", lambda rows: rows[:-1], {"workstations"}),
            ("told_workstations", lambda rows: [*rows, rows[0] | {"number": 5}], {"workstations"}),
            ("topics", lambda read: read | {"bkg-1": []}, {"topics"}),
            ("topics", lambda read: read | {"bkg-2": ["e3", "e2", "e4"]}, {"topics"}),
        ],
    )  # fmt: skip
    def test_is_found(self, history, books, table, change, where):
        assert found(history, replace(books, **{table: change(getattr(books, table))})) == where

    def test_of_one_key_with_two_effects_is_found(self, history, books):
        history.told("filed", "key-3", {"id": "bkg-2", "number": "N-2"})
        assert found(history, books) == {"lost or doubled"}


class TestAnAnswer:
    @pytest.mark.parametrize(
        ("answer", "fits"),
        [
            ({"status": 201}, True),
            ({"status": 409, "code": "slot-taken"}, True),
            ({"status": 503, "retry_after": "1"}, True),
            ({"status": 503}, False),
            ({"status": 503, "retry_after": "0"}, False),
            ({"status": 500}, False),
            ({"status": 401, "code": "not-logged-in"}, False),
            ({"status": None, "code": "ReadError"}, False),
        ],
    )
    def test_is_success_or_reckoned_with_or_503_with_retry_after(self, answer, fits):
        exchange = Exchange(began=1, ended=2, method="GET", path="/", **answer)
        assert (checking.unfit_answers([exchange], []) == []) is fits

    def test_may_be_missing_while_the_door_is_dead(self, history):
        exchange = Exchange(began=1, ended=2, method="GET", path="/", status=None)
        other, door = history.broke("booking-web"), history.broke(checking.DOOR)
        other.began, door.began, door.ended = 0, 3, 4
        assert checking.unfit_answers([exchange], history.faults) != []
        door.began = 1.5
        assert checking.unfit_answers([exchange], history.faults) == []
