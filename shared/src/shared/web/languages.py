"""The language of an answer: what the caller prefers of Kazakh, Russian and English (RFC 9110, 12.5.4), else Kazakh."""

from functools import lru_cache

from shared.errors import LANGUAGES, Language

DEFAULT: Language = "kk"
_LONGEST = 200


@lru_cache(maxsize=256)
def negotiate(header: str | None) -> Language:
    """Choose by q-value, then by order in the header; a range such as `ru-KZ` means its language."""
    best: tuple[float, Language] = (0.0, DEFAULT)
    for part in (header or "")[:_LONGEST].split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        for language in LANGUAGES:
            if tag.strip().lower().partition("-")[0] in {language, "*"} and weight > best[0]:
                best = (weight, language)
    return best[1]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
