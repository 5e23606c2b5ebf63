"""The disk, and the region that runs here or does not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from shlyuz.doctor.finding import Finding, broken, good, warning
from shlyuz.state import NotRunning, RegionState

TIGHT, TOO_LITTLE = 2 * 1024**3, 256 * 1024**2  # a region's data take 150 MB at first


def disk(home: Path) -> Iterator[Finding]:
    place = next(folder for folder in (home.absolute(), *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    said = f"{free / 1024**3:.1f} GiB free at {place}"
    if free < TOO_LITTLE:
        yield broken("disk", said, "make room, or choose another folder with --home")
    elif free < TIGHT:
        yield warning("disk", said, "make room soon: PostgreSQL stops when the disk is full")
    else:
        yield good("disk", said)


def region(home: Path) -> Iterator[Finding]:
    try:
        running = RegionState.load(home)
    except NotRunning as nothing:
        yield good("region", str(nothing))
        return
    if silent := running.silent():
        yield broken("region", f"not ready: {', '.join(silent)}", f"read their logs in {running.home / 'log'}")
    else:
        yield good("region", f"ready at {running.url}")
