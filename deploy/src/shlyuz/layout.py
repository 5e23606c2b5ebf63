"""Where things lie in a source tree, from which a region is run."""

import os
from pathlib import Path

TREE = Path(__file__).resolve().parents[3]
HOME = Path("var/region")
OWNERS = ("attachment", "booking", "certificate", "lab")
"""The services that own applications."""
SERVICES = ("gateway", "auth", *OWNERS)


def regulations() -> Path:
    """The folder of the law as data: what SHLYUZ_REGULATIONS names, else the tree's own."""
    return Path(os.environ.get("SHLYUZ_REGULATIONS") or TREE / "shared" / "regulations")
