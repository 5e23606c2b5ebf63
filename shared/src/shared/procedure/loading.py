"""Reading the law: every file under the regulations folder, checked as a whole, all that is wrong said at once.

The folder holds `calendars/<year>.toml`, and for each region a folder with `region.toml` and `<service>.toml` files.
`representation.toml` beside them is for all regions; without it nobody may act for another. So is `annulment.toml`;
without it no result can be annulled.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from shared.procedure.annulment import Annulment
from shared.procedure.calendar import Calendar, YearTable
from shared.procedure.checks import wrongs
from shared.procedure.edition import Edition, EditionTable
from shared.procedure.regulations import Region, Regulations
from shared.procedure.representation import Right

T = TypeVar("T")

_CALENDARS = "calendars"
_REGION = "region.toml"
_REPRESENTATION = "representation.toml"
_ANNULMENT = "annulment.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: the file (relative to the folder), where in it, and why."""

    file: str
    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.why}" if self.path else f"{self.file}: {self.why}"


class RegulationsInvalid(Exception):
    """The folder does not hold a law that can be carried out; `faults` are all there are, not the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class _RegulationFile:
    __pydantic_config__ = ConfigDict(extra="forbid")

    editions: Annotated[tuple[EditionTable, ...], Field(alias="edition", min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _RepresentationFile:
    __pydantic_config__ = ConfigDict(extra="forbid")

    rights: Annotated[tuple[Right, ...], Field(alias="right", min_length=1)]


_REGION_TABLE = TypeAdapter(Region)
_REGULATION_FILE = TypeAdapter(_RegulationFile)
_YEAR_TABLE = TypeAdapter(YearTable)
_REPRESENTATION_FILE = TypeAdapter(_RepresentationFile)
_ANNULMENT_FILE = TypeAdapter(Annulment)


def load(folder: Path) -> Regulations:
    """Read and check the regulations folder. Raises RegulationsInvalid with every fault of every file."""
    reader = _Reader(folder)
    years = reader.years()
    regions = reader.regions()
    editions, rights, annulment = reader.editions(regions), reader.rights(), reader.annulment()
    if reader.faults:
        raise RegulationsInvalid(reader.faults)
    calendar = Calendar.of(years)
    return Regulations(regions=regions, editions=editions, calendar=calendar, rights=rights, annulment=annulment)


class _Reader:
    """Gathers what the files hold, and what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []

    def years(self) -> list[YearTable]:
        found = []
        for file in sorted(self.folder.glob(f"{_CALENDARS}/*.toml")):
            table = self._read(file, _YEAR_TABLE)
            if table and file.stem != str(table.year):
                self._fault(file, "year", f"is {table.year} in the file of {file.stem}")
            elif table:
                found.append(table)
        if not found:
            self._fault(self.folder / _CALENDARS, "", "holds no year table")
        return found

    def regions(self) -> dict[str, Region]:
        folders = sorted(file.parent for file in self.folder.glob(f"*/{_REGION}"))
        read = {folder.name: self._read(folder / _REGION, _REGION_TABLE, code=folder.name) for folder in folders}
        if not read:
            self._fault(self.folder, "", f"holds no region: no folder has a {_REGION}")
        return {code: region for code, region in read.items() if region}

    def editions(self, regions: Mapping[str, Region]) -> dict[tuple[str, str], tuple[Edition, ...]]:
        found: dict[tuple[str, str], tuple[Edition, ...]] = {}
        for file in sorted(self.folder.glob("*/*.toml")):
            if file.parent.name == _CALENDARS or file.name == _REGION:
                continue
            written = self._read(file, _REGULATION_FILE)
            if not (file.parent / _REGION).is_file():
                self._fault(file, "", f"stands in a folder without {_REGION}")
            region = regions.get(file.parent.name)
            if written:
                self._check(file, written.editions, region)
            if written and region:
                found[region.code, file.stem] = _joined(written.editions, region, file.stem)
        return found

    def rights(self) -> dict[str, Right]:
        file = self.folder / _REPRESENTATION
        written = self._read(file, _REPRESENTATION_FILE) if file.is_file() else None
        found = {right.kind: right for right in written.rights} if written else {}
        if written and len(found) < len(written.rights):
            self._fault(file, "right", "says the same kind twice")
        return found

    def annulment(self) -> Annulment | None:
        file = self.folder / _ANNULMENT
        return self._read(file, _ANNULMENT_FILE) if file.is_file() else None

    def _check(self, file: Path, editions: tuple[EditionTable, ...], region: Region | None) -> None:
        for position, edition in enumerate(editions):
            for path, why in wrongs(edition, region):
                self._fault(file, f"edition.{position}.{path}", why)
        dates = [edition.adopted_from for edition in editions]
        for day in sorted({day for day in dates if dates.count(day) > 1}):
            self._fault(file, "edition", f"is adopted twice from {day.isoformat()}")

    def _read(self, file: Path, shape: TypeAdapter[T], **known: str) -> T | None:
        try:
            return shape.validate_python(_parsed(file) | known)
        except ValidationError as error:
            for wrong in error.errors():
                self._fault(file, ".".join(str(part) for part in wrong["loc"]), wrong["msg"])
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._fault(file, "", f"is not TOML: {error}")
        return None

    def _fault(self, file: Path, path: str, why: str) -> None:
        self.faults.append(Fault(file=file.relative_to(self.folder).as_posix(), path=path, why=why))


def _joined(tables: Iterable[EditionTable], region: Region, service: str) -> tuple[Edition, ...]:
    """The editions with what their region adds."""
    return tuple(
        Edition.of(
            table,
            region=region.code,
            service=service,
            acr=region.login.acr,
            performers=region.performers,
            seal_roles=region.seal_roles,
        )
        for table in tables
    )


def _parsed(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
