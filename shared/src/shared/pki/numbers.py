"""IIN and BIN: twelve digits, the last a check digit with two rows of weights [ours: the decrees say none]."""

_LENGTH = 12
_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_REFUSED = 10


def check_digit(eleven: str) -> int | None:
    """Compute the twelfth digit; None when both rows give ten, so that no number begins with these eleven digits."""
    for weights in (_FIRST, _SECOND):
        control = sum(int(digit) * weight for digit, weight in zip(eleven, weights, strict=True)) % 11
        if control != _REFUSED:
            return control
    return None


def valid_number(text: str) -> bool:
    """Tell whether this is an IIN or BIN by its form and check digit; a birth date in it is not looked at."""
    return len(text) == _LENGTH and text.isascii() and text.isdigit() and check_digit(text[:-1]) == int(text[-1])
