"""How wide words are when drawn, and where lines break: a reader's font may be narrower than ours, never wider."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Final

_UNIT: Final = 1000


def _widths(table: Mapping[str, str]) -> dict[str, int]:
    return {character: int(width) for width, characters in table.items() for character in characters}


_TABLES: Final = {
    name: _widths(table)
    for name, table in tomllib.loads(files(__package__).joinpath("widths.toml").read_text(encoding="utf-8")).items()
}
_WIDEST: Final = max(max(table.values()) for table in _TABLES.values())
"""What a character counts for that the tables do not know."""


def width(words: str, size: float, *, bold: bool = False) -> float:
    """The width in the units of `size`."""
    table = _TABLES["bold" if bold else "regular"]
    return sum(table.get(character, _WIDEST) for character in words) * size / _UNIT


def wrap(words: str, within: float, size: float, *, bold: bool = False) -> list[str]:
    """Break words into lines no wider than `within`; a word that is wider by itself is broken where it must be."""
    lines: list[str] = []
    space, filled = width(" ", size, bold=bold), within
    for word in words.split():
        for piece in _pieces(word, within, size, bold=bold):
            wide = width(piece, size, bold=bold)
            if lines and filled + space + wide <= within:
                lines[-1] += f" {piece}"
                filled += space + wide
            else:
                lines.append(piece)
                filled = wide
    return lines


def _pieces(word: str, within: float, size: float, *, bold: bool) -> Iterator[str]:
    """The word itself, or what of it fits a line, hyphenated."""
    hyphen = width("-", size, bold=bold)
    while width(word, size, bold=bold) > within:
        fits = len(word) - 1
        while fits > 1 and width(word[:fits], size, bold=bold) + hyphen > within:
            fits -= 1
        yield word[:fits] + "-"
        word = word[fits:]
    yield word
