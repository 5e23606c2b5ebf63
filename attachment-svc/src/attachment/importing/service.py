"""Take a file over: a batch is one transaction, with the position after it and what there is to report of its rows.

Whatever ends the program, the same file goes on behind its last batch. Providers are not told of each period: a
file of the whole population is no news to them.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from attachment.districts import repository as districts
from attachment.districts.models import Place
from attachment.importing import repository
from attachment.importing.errors import ImportUnderWay
from attachment.importing.reading import COLUMNS, Entry, Reader, RowRefused
from attachment.register.service import sealed
from shared.db import Database, new_id
from shared.personal import Iin, Person, Persons

BATCH = 2000
_TRIES = 3
_ZONE = ZoneInfo("Asia/Almaty")
_KEYS = ("id", "lookup", "key_name", "wrapped")
_PERSONS = ("id", "name_key", "content", "state", "changed_at")
_ENROLMENTS = ("id", "person", "provider", "district", "started_on", "created_at")
_NOTES = ("import", "row", "taken", "code")
Note = tuple[int, bool, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Rows that were read, and of them taken, in all runs together."""

    rows: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    database: Database
    persons: Persons
    now: datetime
    allow_test: bool = False
    batch: int = BATCH

    async def take(self, file: Path, report: Path) -> Progress:
        """Take the file over from where it stopped, and write the report of all its rows that have something to say.

        The report has `row` (1 is the first behind the head), `taken` (yes or no) and `code`, and no personal data.
        Raises ImportUnderWay when another process is at the same file.
        """
        with file.open("rb") as opened:
            digest = file_digest(opened, "sha256").digest()
        async with self.database.transaction() as session:
            stand = await repository.begin(session, digest, self.now)
            regions = await repository.providers(session)
        if not stand.finished:
            await self._batches(file, digest, stand.rows, regions)
        await self._report(digest, report)
        async with self.database.transaction() as session:
            stand = await repository.begin(session, digest, self.now)
        return Progress(rows=stand.rows, taken=stand.taken)

    async def _batches(self, file: Path, digest: bytes, done: int, regions: Mapping[str, str]) -> None:
        reader = Reader(
            today=self.now.astimezone(_ZONE).date(), allow_test=self.allow_test, providers=frozenset(regions)
        )  # fmt: skip
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
            rows = islice(_rows(opened), done, None)
            last = False
            while not last:
                part = list(islice(rows, self.batch))
                last = len(part) < self.batch
                await self._batch(digest, done, part, reader, regions, last=last)
                done += len(part)

    async def _batch(
        self,
        digest: bytes,
        done: int,
        part: Sequence[Mapping[str, str] | None],
        reader: Reader,
        regions: Mapping[str, str],
        *,
        last: bool,
    ) -> None:
        entries, notes = _read(part, reader, done + 1)
        for attempt in range(_TRIES):
            try:
                async with self.database.transaction() as session:
                    if (await repository.begin(session, digest, self.now)).rows != done:
                        raise ImportUnderWay
                    taken, more = await self._store(session, entries, regions)
                    told = [(digest, *note) for note in sorted({*notes, *more})]
                    await repository.copy(session, "register_import_notes", _NOTES, told)
                    rows = done + len(part)
                    await repository.step(session, digest, rows=rows, taken=taken, finished=last, at=self.now)
            except IntegrityError:
                # Somebody of this batch was met elsewhere since it looked: it looks again.
                if attempt == _TRIES - 1:
                    raise
            else:
                return

    async def _store(
        self, session: AsyncSession, entries: Sequence[Entry], regions: Mapping[str, str]
    ) -> tuple[int, list[Note]]:
        lookups = {each.row: self.persons.lookup(Iin(each.data.iin)) for each in entries}
        known = {row.lookup: row for row in await repository.known(session, list(lookups.values()))}
        notes: list[Note] = []
        keys: list[dict[str, Any]] = []
        taken: list[tuple[Entry, Person]] = []
        seen: set[bytes] = set()
        for entry in entries:
            lookup = lookups[entry.row]
            row = known.get(lookup)
            if lookup in seen or (row is not None and row.registered):
                notes.append((entry.row, False, "twice-in-file" if lookup in seen else "already-in-register"))
                continue
            seen.add(lookup)
            taken.append((entry, self._person(entry, row, keys)))
            notes += [(entry.row, True, code) for code in entry.data.warnings()]
        await repository.copy(session, "person_keys", _KEYS, [tuple(key[name] for name in _KEYS) for key in keys])
        await repository.copy(session, "persons", _PERSONS, [self._row(*each) for each in taken])
        notes += await self._enrol(session, taken, regions)
        return len(taken), notes

    def _person(self, entry: Entry, row: Any, keys: list[dict[str, Any]]) -> Person:
        if row is not None:
            return self.persons.person(id=row.id, key_name=row.key_name, wrapped=row.wrapped)
        key = self.persons.new_row(Iin(entry.data.iin))
        keys.append(key)
        return self.persons.person(id=key["id"], key_name=key["key_name"], wrapped=key["wrapped"])

    def _row(self, entry: Entry, person: Person) -> tuple[object, ...]:
        return (person.id, entry.data.name_key(self.persons), sealed(person, entry.data), "present", self.now)

    async def _enrol(
        self, session: AsyncSession, taken: Sequence[tuple[Entry, Person]], regions: Mapping[str, str]
    ) -> list[Note]:
        enrolled = [(entry, person, entry.provider) for entry, person in taken if entry.provider is not None]
        covering = await districts.covering(session, [_place(entry, regions[at]) for entry, _, at in enrolled])
        notes: list[Note] = []
        records = []
        for number, (entry, person, provider) in enumerate(enrolled):
            district, owner = covering.get(number, (None, None))
            if owner != provider:
                district = None
                notes.append((entry.row, True, "address-outside-districts"))
            records.append((new_id(), person.id, provider, district, entry.attached_on, self.now))
        await repository.copy(session, "enrolments", _ENROLMENTS, records)
        return notes

    async def _report(self, digest: bytes, report: Path) -> None:
        after = (0, "")
        with report.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(("row", "taken", "code"))
            while True:
                async with self.database.transaction() as session:
                    notes = await repository.notes(session, digest, after, self.batch)
                if not notes:
                    return
                writer.writerows((note.row, "yes" if note.taken else "no", note.code) for note in notes)
                after = (notes[-1].row, notes[-1].code)


def _place(entry: Entry, region: str) -> Place:
    data = entry.data
    return Place(region=region, locality=data.locality, street=data.street, house=data.house)


def _rows(lines: Iterator[str]) -> Iterator[Mapping[str, str] | None]:
    """Give each row by column, or None for one that is no row of this file: its columns are others, or unreadable."""
    read = csv.reader(lines)
    head = [name.strip() for name in next(read, [])]
    while True:
        try:
            row = next(read)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        yield dict(zip(head, row, strict=True)) if len(row) == len(head) and set(COLUMNS) <= set(head) else None


def _read(part: Sequence[Mapping[str, str] | None], reader: Reader, first: int) -> tuple[list[Entry], list[Note]]:
    entries: list[Entry] = []
    notes: list[Note] = []
    for number, row in enumerate(part, first):
        try:
            if row is None:
                raise RowRefused("columns")
            entries.append(reader.read(number, row))
        except RowRefused as refused:
            notes.append((number, False, refused.code))
    return entries, notes
