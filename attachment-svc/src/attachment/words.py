"""What people's names and other words may hold: nothing that is not seen, and in a name letters alone.

One set of rules for what staff enter and what is imported.
"""

import unicodedata

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories: control, format (right-to-left marks too), surrogates, private, unassigned, line separators."""
LONGEST_NAME = 100
_BETWEEN = frozenset(" -'’ʼ.")


def visible(text: str) -> str:
    """Give the text; ValueError when it holds a character that nobody sees."""
    if not text.isprintable() and any(unicodedata.category(letter) in UNSEEN for letter in text):
        raise ValueError("holds a character that is not seen")
    return text


def name_part(text: str) -> str:
    """Give a part of a name composed and trimmed; ValueError unless it is letters with what stands between them."""
    name = " ".join(unicodedata.normalize("NFC", text).split(" ")).strip()
    if not name or len(name) > LONGEST_NAME or not name[0].isalpha():
        raise ValueError("not a name")
    if not all(letter.isalpha() or letter in _BETWEEN or unicodedata.category(letter) == "Mn" for letter in name):
        raise ValueError("not a name")
    return name


def name_key(text: str) -> str:
    """Give the form in which names are compared: case, Ё, double spaces and kinds of apostrophe tell nothing apart."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").replace("ʼ", "'").replace("’", "'")
    return " ".join(plain.split())
