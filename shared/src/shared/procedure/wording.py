"""The sentences of the engine itself, status codes and traces, from `wording.toml` beside this module."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from pydantic import TypeAdapter

from shared.procedure.texts import Text

WORDING: Mapping[str, Mapping[str, Text]] = TypeAdapter(dict[str, dict[str, Text]]).validate_python(
    tomllib.loads(files("shared.procedure").joinpath("wording.toml").read_text(encoding="utf-8"))
)
