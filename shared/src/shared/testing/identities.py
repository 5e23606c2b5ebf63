"""Made-up people and organisations whose numbers pass the check digit, for tests and the demo region."""

from datetime import date

from shared.pki.numbers import check_digit

_CENTURIES = {("m", 18): 1, ("f", 18): 2, ("m", 19): 3, ("f", 19): 4, ("m", 20): 5, ("f", 20): 6}


def iin(*, birth: date, sex: str = "f", number: int = 1) -> str:
    """Write an IIN for a birth date; `sex` is "m" or "f", `number` counts people of one day (from 1).

    A few beginnings have no check digit; a number far off is taken then, so that people whose numbers are below 1250
    stay different persons.
    """
    century = _CENTURIES[sex, birth.year // 100]
    return _complete(f"{birth:%y%m%d}{century}", number, digits=4)


def bin_(*, registered: date = date(2010, 1, 1), number: int = 1) -> str:
    """Write a BIN of a resident legal entity (fifth digit 4, sixth 0) registered in that month."""
    return _complete(f"{registered:%y%m}40", number, digits=5)


def _complete(beginning: str, number: int, *, digits: int) -> str:
    far = 10**digits // 8
    while (digit := check_digit(eleven := f"{beginning}{number:0{digits}d}")) is None:
        number += far
    return f"{eleven}{digit}"
