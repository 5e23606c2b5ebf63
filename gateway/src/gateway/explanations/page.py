"""A problem as a page for a person: one language at a time, no script, nothing from elsewhere, fit for a reader."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

from gateway.explanations.catalogue import Explanation
from shared.errors import LANGUAGES, Language

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.5rem}h2{font-size:1.15rem}nav a{margin-right:1rem}dt{font-weight:600}"
    "dd{margin:0 0 .6rem}"
)
_NAMES: Final[Mapping[Language, str]] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
_WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "languages": {"kk": "Тілдер", "ru": "Языки", "en": "Languages"},
    "do": {"kk": "Не істеу керек", "ru": "Что делать", "en": "What to do"},
    "rule": {"kk": "Ереже", "ru": "Правило", "en": "The rule"},
    "code": {"kk": "Код", "ru": "Код", "en": "Code"},
    "condition": {"kk": "Шарт", "ru": "Условие", "en": "Condition"},
    "process": {"kk": "Процесс", "ru": "Процесс", "en": "Process"},
    "step": {"kk": "Тексеру қадамы", "ru": "Шаг проверки", "en": "Step of the check"},
    "clause": {"kk": "Негіздеме", "ru": "Основание", "en": "Clauses"},
}
_PLACE: Final = re.compile(r"\{\w+\}")


def page(told: Explanation, language: Language) -> str:
    """Write the page; places that only one answer could fill are left open."""
    title = _text(told.title[language])
    steps = "".join(f"<li>{_text(step)}</li>" for step in told.steps.get(language, ()))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        f'<nav aria-label="{_WORDS["languages"][language]}">{_links(language)}</nav>'
        f"<main><h1>{title}</h1><h2>{_WORDS['do'][language]}</h2><p>{_text(told.detail[language])}</p>"
        f"{f'<ol>{steps}</ol>' if steps else ''}"
        f"<h2>{_WORDS['rule'][language]}</h2><dl>{_facts(told, language)}</dl></main></body></html>"
    )


def _links(shown: Language) -> str:
    return "".join(
        f'<a href="?lang={one}" lang="{one}" hreflang="{one}"{" aria-current=true" if one == shown else ""}>'
        f"{_NAMES[one]}</a>"
        for one in LANGUAGES
    )


def _facts(told: Explanation, language: Language) -> str:
    facts = {name: getattr(told, name) for name in ("code", "condition", "process", "step", "clause")}
    return "".join(
        f"<dt>{_WORDS[name][language]}</dt><dd>{escape(str(value))}</dd>"
        for name, value in facts.items()
        if value is not None
    )


def _text(words: str) -> str:
    return escape(_PLACE.sub("…", words))
