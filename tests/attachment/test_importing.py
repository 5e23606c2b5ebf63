"""Import of the register: what is taken, what is reported, and that it goes on where it stopped."""

import asyncio
import csv
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from attachment.importing.reading import COLUMNS
from attachment.importing.service import Import, Progress
from shared.testing.identities import iin

from .conftest import BINS, BORN, START, street

GOOD: Mapping[str, str] = {
    "surname": "Оспанова", "given_name": "Гүлнар", "patronymic": "", "birth_date": "1990-05-14", "sex": "female",
    "locality": "Тараз қ.", "street": "Абай к-сі", "house": "12А", "flat": "", "phone": "+7 (701) 123-45-67",
    "language": "kk", "provider": BINS["first"], "attached_on": "2020-01-01",
}  # fmt: skip


def row(number: int, **changes: str) -> dict[str, str]:
    return {"iin": iin(birth=BORN, number=number), **GOOD, **changes}


def importing(attachment: Any, batch: int = 3) -> Import:
    database, persons = attachment.platform.database, attachment.office.persons
    return Import(database=database, persons=persons, now=START, batch=batch)


@pytest.fixture
def file(tmp_path):
    def write(*rows: Mapping[str, str]) -> Any:
        path = tmp_path / "population.csv"
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def told(report: Any) -> Sequence[tuple[int, str, str]]:
    with report.open(encoding="utf-8", newline="") as opened:
        return [(int(each["row"]), each["taken"], each["code"]) for each in csv.DictReader(opened)]


@asynccontextmanager
async def fails_at_row(attachment: Any, rows: int) -> AsyncIterator[None]:
    """Have the database end the transaction that comes to this row."""
    failing = f"BEGIN IF NEW.rows >= {rows} THEN RAISE 'ended'; END IF; RETURN NEW; END"
    async with attachment.owner.transaction() as session:
        await session.execute(text(f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $${failing}$$"))
        await session.execute(
            text("CREATE TRIGGER fail BEFORE UPDATE ON register_imports FOR EACH ROW EXECUTE FUNCTION fail()")
        )
    yield
    async with attachment.owner.transaction() as session:
        await session.execute(text("DROP FUNCTION fail() CASCADE"))


class TestImport:
    async def test_takes_persons_with_their_enrolment(self, attachment, file, tmp_path):
        await attachment.district(street())
        progress = await importing(attachment).take(file(*(row(n) for n in range(1, 8))), tmp_path / "report.csv")
        assert progress == Progress(rows=7, taken=7)
        assert told(tmp_path / "report.csv") == []
        (found,) = (await attachment.look_up(iin=row(5)["iin"])).json()["items"]
        assert (found["attachment"]["district"], found["attachment"]["since"]) == ("1", "2020-01-01")
        names = {"surname": "оспанова", "given_name": "ГҮЛНАР", "birth_date": "1990-05-14"}
        assert len((await attachment.look_up(**names)).json()["items"]) == 7

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"iin": "123"}, "iin-invalid"),
            ({"surname": "А\u202eб"}, "name-invalid"),
            ({"given_name": "<b>А</b>"}, "name-invalid"),
            ({"surname": "А" * 500}, "name-invalid"),
            ({"birth_date": "14.05.1990"}, "birth-date-invalid"),
            ({"birth_date": "2026-04-07"}, "birth-date-in-the-future"),
            ({"sex": "x"}, "sex-invalid"),
            ({"house": "жоқ"}, "address-invalid"),
            ({"phone": "8701"}, "phone-invalid"),
            ({"language": "de"}, "language-invalid"),
            ({"provider": "000000000000"}, "provider-unknown"),
            ({"attached_on": ""}, "attached-on-invalid"),
            ({"attached_on": "2026-04-07"}, "attached-on-in-the-future"),
            ({"attached_on": "1990-05-13"}, "attached-before-birth"),
        ],
    )
    async def test_says_why_a_row_is_not_taken(self, attachment, file, tmp_path, changes, code):
        await attachment.district(street())
        progress = await importing(attachment).take(file(row(1), row(2, **changes)), tmp_path / "report.csv")
        assert progress == Progress(rows=2, taken=1)
        assert told(tmp_path / "report.csv") == [(2, "no", code)]

    async def test_takes_with_a_warning_what_disagrees(self, attachment, file, tmp_path):
        await importing(attachment).take(file(row(1, sex="male", birth_date="1990-05-15")), tmp_path / "report.csv")
        codes = ("address-outside-districts", "birth-date-disagrees", "sex-disagrees")
        assert told(tmp_path / "report.csv") == [(1, "yes", code) for code in codes]

    async def test_takes_nobody_twice(self, attachment, file, tmp_path):
        await attachment.district(street())
        known = await attachment.add()
        rows = (row(900), row(900), row(901), row(900), row(902, iin=known.iin))
        assert (await importing(attachment).take(file(*rows), tmp_path / "report.csv")).taken == 2
        codes = [(2, "no", "twice-in-file"), (4, "no", "already-in-register"), (5, "no", "already-in-register")]
        assert told(tmp_path / "report.csv") == codes

    async def test_goes_on_where_it_stopped(self, attachment, file, tmp_path):
        await attachment.district(street())
        path = file(*(row(n) for n in range(1, 8)), row(8, sex="x"))
        async with fails_at_row(attachment, 6):
            with pytest.raises(DBAPIError):
                await importing(attachment).take(path, tmp_path / "report.csv")
        assert [tuple(each) for each in await attachment.rows("SELECT count(*) FROM persons")] == [(3,)]
        for _ in range(2):  # once more from there, and once with nothing left to do
            progress = await importing(attachment).take(path, tmp_path / "report.csv")
            assert progress == Progress(rows=8, taken=7)
        assert told(tmp_path / "report.csv") == [(8, "no", "sex-invalid")]

    async def test_outlives_a_file_that_is_none(self, attachment, tmp_path):
        path = tmp_path / "none.csv"
        path.write_bytes(b"a,b\n1,2\n\xff\xfe,\x00\n")
        assert await importing(attachment).take(path, tmp_path / "report.csv") == Progress(rows=2, taken=0)
        assert [code for _, _, code in told(tmp_path / "report.csv")] == ["columns", "columns"]


class TestCommand:
    async def run(self, attachment: Any, *arguments: object) -> tuple[int | None, str]:
        settings = attachment.office.settings
        given = {
            "SHLYUZ_ENV": "development", "SHLYUZ_DATABASE_URL": settings.database_url.get_secret_value(),
            "SHLYUZ_PERSONAL_KEY": str(settings.personal_key),
        }  # fmt: skip
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "attachment", "import", *map(str, arguments),
            env={**os.environ, **given}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await program.communicate()
        return program.returncode, said.decode()

    async def test_imports_and_says_how_many(self, attachment, file, tmp_path):
        report = tmp_path / "report.csv"
        came = await self.run(attachment, file(row(1), row(2, sex="x")), report)
        assert came == (0, "2 rows read, 1 taken\n")
        assert told(report) == [(1, "yes", "address-outside-districts"), (2, "no", "sex-invalid")]
        assert (await attachment.look_up(iin=row(1)["iin"])).status_code == 200

    async def test_tells_how_it_is_used(self, attachment, tmp_path):
        assert (await self.run(attachment, tmp_path / "none.csv"))[0] == 64
        assert (await self.run(attachment, tmp_path / "none.csv", tmp_path / "report.csv"))[0] == 64
