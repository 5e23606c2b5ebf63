"""The databases that a command works on: named in the environment, or those of the local region."""

import os
from pathlib import Path
from typing import NamedTuple

from shlyuz.console import fail
from shlyuz.layout import SERVICES
from shlyuz.state import NotRunning, RegionState

VARIABLE = "SHLYUZ_OWNER_URL_"


class Backing(NamedTuple):
    """Databases by service, as their owners, and the broker; where variables are set, what they name and no more."""

    urls: dict[str, str]
    kafka: str | None


def backing(home: Path) -> Backing:
    """Give what the environment names, or the region of that folder; ends the command when there is neither."""
    urls = {name: os.environ[VARIABLE + name.upper()] for name in SERVICES if VARIABLE + name.upper() in os.environ}
    kafka = os.environ.get("SHLYUZ_KAFKA")
    if urls or kafka is not None:
        return Backing(urls, kafka)
    try:
        region = RegionState.load(home)
    except NotRunning as nothing:
        fail(f"no {VARIABLE}… and no SHLYUZ_KAFKA is set, and {nothing}")
    return Backing(region.owner_urls, region.kafka)
