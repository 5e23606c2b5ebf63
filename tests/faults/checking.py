"""Compares what clients were told with what the region says. Each check gives its findings in words: none is right."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import httpx
from tests.faults.books import Books, Row
from tests.faults.history import Exchange, Fault, History

EXPECTED = frozenset({"slot-taken", "attachment-request-open", "already-attached-here"})
"""Refusals that people at work must reckon with, whatever is broken: somebody was quicker, or they were themselves."""
DOOR = "gateway-web"
_ORDER = ("submitted", "registered", "in_progress", "ready", "issued")
_ENDED = frozenset({"issued", "refused", "withdrawn"})


def unfit_answers(exchanges: Iterable[Exchange], faults: Iterable[Fault]) -> list[str]:
    """Clients see success, an expected refusal, or 503 with Retry-After; the door's own death breaks connections."""
    doors = [fault for fault in faults if fault.what == DOOR]
    return [
        f"{each.method} {each.path}: {each.status} {each.code} ({each.request_id})"
        for each in exchanges
        if not _fit(each, doors)
    ]


def _fit(exchange: Exchange, doors: list[Fault]) -> bool:
    if exchange.status is None:
        return any(fault.covers(exchange) for fault in doors)
    if exchange.status == httpx.codes.SERVICE_UNAVAILABLE:
        return (exchange.retry_after or "").isdigit() and int(exchange.retry_after or 0) > 0
    return exchange.status < httpx.codes.MULTIPLE_CHOICES or exchange.code in EXPECTED


def lost_or_doubled(history: History, books: Books) -> list[str]:
    """Every receipt is a row with the number told, and no row is there that nobody was told of."""
    rows = Counter(row["id"] for row in books.applications)
    numbers = {row["id"]: row["number"] for row in books.applications}
    told = {word.said["id"]: word.said["number"] for word in history.words_of("filed")}
    keys = Counter(word.said["id"] for word in history.words_of("filed"))
    return [
        *(f"{id_} was accepted and is not there" for id_ in told if id_ not in rows),
        *(f"{id_} is {numbers[id_]}, told was {told[id_]}" for id_ in told if numbers.get(id_, told[id_]) != told[id_]),
        *(f"{id_} is there and nobody was told" for id_ in rows if id_ not in told),
        *(f"{id_} answered {count} keys" for id_, count in keys.items() if count > 1),
        *repeated("number", (row["number"] for row in books.applications)),
    ]


def wrong_slots(history: History, books: Books) -> list[str]:
    """A time that was told is held by its application, as long as that has not ended without a result."""
    held, states = {row["application"]: row["id"] for row in books.slots}, _states(books)
    wanted = {
        word.said["id"]: word.said["appointment"]["slot_id"]
        for word in history.words_of("filed")
        if word.said.get("appointment")
    }
    return [
        *repeated("slot", (row["id"] for row in books.slots)),
        *repeated("holder", (row["application"] for row in books.slots)),
        *(
            f"{application} does not hold {slot}"
            for application, slot in wanted.items()
            if states.get(application) not in {"refused", "withdrawn"} and held.get(application) != slot
        ),
        *(f"{one} has ended and holds a slot" for one in held if states.get(one) in {"refused", "withdrawn"}),
    ]


def lost_steps(history: History, books: Books) -> list[str]:
    """A step that was completed stays so, and its application did not fall back behind what was told."""
    tasks, states = {row["id"]: row for row in books.tasks}, _states(books)
    findings = []
    for word in history.words_of("completed"):
        task, application = tasks.get(word.about), word.said["application"]
        if task is None or task["state"] != word.said["state"]:
            findings.append(f"{word.about} was {word.said['state']} and is {task and task['state']}")
        if _fell_back(application["state"], states.get(application["id"])):
            findings.append(f"{application['id']} was {application['state']} and is {states.get(application['id'])}")
    shown = history.words_of("shown")
    findings += [
        f"{word.about} was shown as {word.said['state']} and is {states.get(word.about)}"
        for word in shown
        if _fell_back(word.said["state"], states.get(word.about))
    ]
    return findings + repeated("completion", (word.about for word in history.words_of("completed")))


def _fell_back(told: str, is_: str | None) -> bool:
    if is_ is None or told in _ENDED:
        return told != is_
    return is_ in _ORDER and _ORDER.index(is_) < _ORDER.index(told)


def broken_histories(books: Books) -> list[str]:
    """Versions of an application run from 1 without a gap, up to the one that its row has."""
    versions = defaultdict(list)
    for row in books.history:
        versions[row["application"]].append(row["version"])
    return [
        f"{row['id']} has version {row['version']} and the history {versions[row['id']]}"
        for row in books.applications
        if versions[row["id"]] != list(range(1, row["version"] + 1))
    ]


def gaps_in_journals(books: Books) -> list[str]:
    """Numbers run from 1 to the counter's, and an application is entered once."""
    pages = defaultdict(list)
    for row in books.journal_rows:
        pages[_page(row)].append(row["number"])
    counters = {_page(row): row["last"] for row in books.journal_counters}
    entries = ((row["journal"], row["application"]) for row in books.journal_rows if row["corrects"] is None)
    return [
        *(f"{page}: {sorted(numbers)}, the counter says {counters.get(page)}" for page, numbers in pages.items()
          if sorted(numbers) != list(range(1, counters.get(page, 0) + 1))),
        *repeated("entry", entries),
    ]  # fmt: skip


def _page(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("provider", "journal", "volume", "year"))


def unordered_events(books: Books, *, durable: bool) -> list[str]:
    """Every event is on the topic, each application's in the order of its deeds.

    A broker may have a message twice, so what counts is the last time; on one that forgets nothing the first as well.
    """
    findings = []
    for application, happened in books.events().items():
        read = books.topics.get(application, [])
        orders = [list(reversed(dict.fromkeys(reversed(read))))] + [list(dict.fromkeys(read))] * durable
        if any(order != happened for order in orders):
            findings.append(f"{application}: happened {happened}, on the topic {read}")
    return findings


def unannounced(history: History, books: Books) -> list[str]:
    """What clients were told has its event: acceptance, each completed step, the issued result."""
    types = defaultdict(set)
    for row in books.outbox:
        types[row["key"]].add(row["type"].removeprefix("kz.shlyuz.application.").removesuffix(".v1"))
    wanted = [(word.said["id"], "submitted") for word in history.words_of("filed")]
    wanted += [(word.said["application"]["id"], "step-completed") for word in history.words_of("completed")
               if word.said["state"] == "done"]  # fmt: skip
    wanted += [(row["id"], row["state"]) for row in books.applications if row["state"] in {"issued", "refused"}]
    return [f"{id_} has no event {type_}" for id_, type_ in wanted if type_ not in types[id_]]


def doubled_at_workstations(books: Books, *, durable: bool) -> list[str]:
    """Workstations get every event once, under gapless numbers."""
    got, numbers = defaultdict(list), defaultdict(list)
    for row in books.told_workstations:
        numbers[row["provider"]].append(row["number"])
        if "application_id" in row["data"]:
            got[row["data"]["application_id"]].append(row["data"]["event_id"])
    same = list if durable else sorted
    return [
        *(f"{provider} has gaps" for provider, found in numbers.items() if found != list(range(1, len(found) + 1))),
        *(f"{id_}: happened {happened}, at the workstation {got[id_]}" for id_, happened in books.events().items()
          if same(got[id_]) != same(happened)),
    ]  # fmt: skip


def unsealed(books: Books) -> list[str]:
    """What was issued on the portal has one sealed result; what has not been issued has none."""
    sealed = Counter(row["application"] for row in books.results if row["state"] == "sealed")
    states = _states(books)
    issued = {row["id"] for row in books.applications if row["filed_by"] == "citizen" and row["state"] == "issued"}
    return [
        *(f"{id_} has {sealed[id_]} results" for id_ in issued | set(sealed) if sealed[id_] != 1),
        *(f"{id_} is {states[id_]} and has a result" for id_ in sealed if states[id_] != "issued"),
        *(f"{row['application']} waits for its seal" for row in books.results if row["state"] == "signed"),
    ]


def repeated(what: str, values: Iterable[Any]) -> list[str]:
    return [f"{what} {value} is there {count} times" for value, count in Counter(values).items() if count > 1]


def _states(books: Books) -> dict[str, str]:
    return {row["id"]: row["state"] for row in books.applications}
