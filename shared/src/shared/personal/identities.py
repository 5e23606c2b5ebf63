"""The individual (IIN) and business (BIN) identification numbers of Kazakhstan: 12 digits, the last a check digit.

The decrees only name the numbers; the check digit and the meaning of the first seven digits are public rules of theirs
(Law 223-III of 12 January 2007 on national registers of identification numbers, and its rules of forming the numbers).
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Self

from shared.errors import ProblemError

Sex = Literal["male", "female"]
_FIRST_WEIGHTS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_TWELVE: Final = re.compile(r"[0-9]{12}")
_CENTURIES: Final = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


class IinInvalid(ProblemError):
    """The text is not an individual identification number."""

    code = "iin-invalid"
    status = 422


class BinInvalid(ProblemError):
    """The text is not a business identification number."""

    code = "bin-invalid"
    status = 422


def check_digit(first_eleven: str) -> int | None:
    """Compute the last digit from the others, or None when no number begins so: both weight rows give ten."""
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        remainder = sum(weight * int(digit) for weight, digit in zip(weights, first_eleven, strict=True)) % 11
        if remainder < 10:  # noqa: PLR2004  # ten is no digit: the second row is asked, and then the number does not exist
            return remainder
    return None


def _well_formed(text: str, *, allow_test: bool) -> bool:
    if not _TWELVE.fullmatch(text):
        return False
    return allow_test or check_digit(text[:11]) == int(text[11])


@dataclass(frozen=True, slots=True)
class Iin:
    """An individual's number. `str()` and `repr()` hide it: whoever needs the digits asks for `value`."""

    value: str

    @classmethod
    def parse(cls, text: str, *, allow_test: bool = False) -> Self:
        """Read a number; raises `IinInvalid`.

        `allow_test` lets the public test identities in, whose check digit is wrong; it comes from the setting
        `allow_test_identities`, which production refuses.
        """
        if not _well_formed(text, allow_test=allow_test):
            raise IinInvalid
        return cls(text)

    @property
    def birth_date(self) -> date | None:
        """Give the birth date that the number tells, or None when it tells none (some numbers of foreigners)."""
        century = _CENTURIES.get(self.value[6])
        if century is None:
            return None
        try:
            return date(century + int(self.value[:2]), int(self.value[2:4]), int(self.value[4:6]))
        except ValueError:
            return None

    @property
    def sex(self) -> Sex | None:
        """Give the sex that the seventh digit tells: odd is male, even is female, zero tells nothing."""
        if self.value[6] not in _CENTURIES:
            return None
        return "male" if int(self.value[6]) % 2 else "female"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Name what is odd about the number; never a ground for a refusal."""
        return () if self.birth_date is not None else ("iin-without-birth-date",)

    def disagrees_with(self, birth_date: date) -> bool:
        """Tell whether a birth date from elsewhere differs from the number's: a warning, never a refusal."""
        return self.birth_date is not None and self.birth_date != birth_date

    def __repr__(self) -> str:
        return "Iin(…)"

    def __str__(self) -> str:
        return "[IIN]"


@dataclass(frozen=True, slots=True)
class Bin:
    """An organisation's number; not personal data, and shown as it is."""

    value: str

    @classmethod
    def parse(cls, text: str, *, allow_test: bool = False) -> Self:
        """Read a number; raises `BinInvalid`. For `allow_test` see `Iin.parse`."""
        if not _well_formed(text, allow_test=allow_test):
            raise BinInvalid
        return cls(text)

    def __str__(self) -> str:
        return self.value
