"""Words that people write and others are shown: without control characters, which no name has and no database keeps."""

from typing import Annotated, Literal
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: control, format (right-to-left marks too), surrogates, private, unassigned, line separators."""

Language = Literal["kk", "ru", "en"]
Bin = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


def visible(text: str) -> str:
    if any(category(letter) in UNSEEN for letter in text):
        raise ValueError("holds a character that is not seen")
    return text


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(visible)]


class Strict(BaseModel):
    """A body is refused when it holds a member that nobody reads; wrong values are not repeated in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Translated(Strict):
    kk: Line
    ru: Line
    en: Line
