"""The code on a tube. Zhambyl hiv-test 5(2), 5(3): the sample goes to another organisation, which sees this alone."""

from lab import digits

DIGITS = 9
"""45 random bits: no two tubes have the same code, and none tells the day or the order in which blood was drawn."""


def new_sample_code() -> str:
    """Make the code of a label that is printed before anybody knows for whom."""
    return digits.make(DIGITS)


def read_sample_code(typed: str) -> str:
    """Read it from a scanner or as typed; raises CodeMistyped."""
    return digits.read(typed, DIGITS)


def printed(code: str) -> str:
    """Write it as the label has it: `7K3QF-0X9TB`."""
    return digits.grouped(code, 5)
