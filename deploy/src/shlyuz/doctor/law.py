"""The regulations and the calendars: whether they load, and how long the calendars still reach."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shlyuz import layout
from shlyuz.doctor.finding import Finding, broken, good, warning

ENOUGH = timedelta(days=180)
SCARCE = timedelta(days=45)  # the longest limit, twenty working days, must still be computable


def regulations(_home: Path) -> Iterator[Finding]:
    from shared.procedure import RegulationsInvalid, load

    folder = layout.regulations()
    try:
        loaded = load(folder)
    except RegulationsInvalid as invalid:
        for fault in invalid.faults:
            yield broken("regulations", str(fault), "correct the file; clause and source stand beside each rule")
        return
    count = len(loaded.current(datetime.now(UTC).date()))
    yield good("regulations", f"{count} regulations of {len(loaded.regions)} regions in force, from {folder}")


def calendars(_home: Path) -> Iterator[Finding]:
    from shared.procedure import load

    calendar = load(layout.regulations()).calendar
    today = datetime.now(UTC).date()
    left = calendar.ends - today
    if left < ENOUGH:
        yield (broken if left < SCARCE else warning)(
            "calendars", f"the tables end on {calendar.ends}", f"add calendars/{calendar.ends.year + 1}.toml"
        )
    else:
        yield good("calendars", f"the tables reach to {calendar.ends}")
    for year in sorted(year for year in calendar.years if year >= today.year):
        if unfixed := calendar.provisional(year):
            yield warning(
                "calendars",
                f"{year} is provisional: {'; '.join(unfixed)}",
                "write the order's number in when it is out",
            )
