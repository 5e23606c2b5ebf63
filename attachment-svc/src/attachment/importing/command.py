"""`python -m attachment import FILE.csv REPORT.csv`, with the settings of the web process."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from attachment.importing.service import Import, Progress
from attachment.settings import Settings
from shared.web.platform import open_platform

_USAGE = 64  # EX_USAGE of sysexits.h


def run(arguments: Sequence[str]) -> int:
    """Import a file, and say how many of its rows the register took; what it did not take is in the report."""
    if len(arguments) != 2:  # noqa: PLR2004  # the file and the report
        sys.stderr.write("usage: python -m attachment import FILE.csv REPORT.csv\n")
        return _USAGE
    file, report = map(Path, arguments)
    if not file.is_file():
        sys.stderr.write("there is no such file\n")
        return _USAGE
    progress = asyncio.run(_take(file, report))
    sys.stdout.write(f"{progress.rows} rows read, {progress.taken} taken\n")
    return 0


async def _take(file: Path, report: Path) -> Progress:
    settings = Settings()
    async with open_platform("attachment", settings) as platform:
        importing = Import(
            database=platform.database, persons=platform.need_persons(), now=datetime.now(UTC),
            allow_test=settings.allow_test_identities,
        )  # fmt: skip
        return await importing.take(file, report)
