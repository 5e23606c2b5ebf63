"""Writes a region that no decree knows as regulations: TOML alone, with names and limits that no code has heard of.

Its services are those of the two decrees; whoever carries a step out, the step itself and every limit are called
otherwise than there.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from typing import Final

REGION: Final = "kokterek"
PERFORMER: Final = "kokterek_"
STEP: Final = "kokterek-"
_HOME: Final[Mapping[str, str]] = {
    **dict.fromkeys(("phc-certificate", "disability-sheet", "disability-certificate"), "akmola"),
    **dict.fromkeys(("tb-certificate", "psych-certificate", "narco-certificate", "hiv-test"), "zhambyl"),
    **dict.fromkeys(("attachment", "booking", "home-call"), "zhambyl"),
}
SERVICES: Final = tuple(_HOME)
_LIMIT = re.compile(r'limit = "(\d+) (m|h|wd)"')
_PERFORMER_TABLE = re.compile(r"^\[performer\.(\w+)\]", re.MULTILINE)
_LOGIN = re.compile(r"\[login\].*?(?=\[performer)", re.DOTALL)


def with_third_region(regulations: Path, folder: Path) -> Path:
    """Copy the regulations into a folder, and lay the made-up region beside them; gives the folder."""
    copytree(regulations, folder, dirs_exist_ok=True)
    (folder / REGION).mkdir(exist_ok=True)
    law = _region(regulations)
    (folder / REGION / "region.toml").write_text(_PERFORMER_TABLE.sub(rf"[performer.{PERFORMER}\1]", law), "utf-8")
    for service, home in _HOME.items():
        text = (regulations / home / f"{service}.toml").read_text("utf-8")
        steps = {step["key"] for edition in tomllib.loads(text)["edition"] for step in edition["step"]}
        text = text.replace('performer = "', f'performer = "{PERFORMER}')
        for name in steps:
            text = text.replace(f'"{name}"', f'"{STEP}{name}"')
        text = _LIMIT.sub(lambda found: f'limit = "{int(found[1]) + 1} {found[2]}"', text)
        (folder / REGION / f"{service}.toml").write_text(text, "utf-8")
    return folder


def _region(regulations: Path) -> str:
    """Lay both regions' acts and performers together; logins are those of one."""
    one, other = ((regulations / name / "region.toml").read_text("utf-8") for name in ("zhambyl", "akmola"))
    return one + "\n" + _LOGIN.sub("", other[other.index("[[act]]") :])
