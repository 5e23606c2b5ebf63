"""A regulation as a page for people: one language at a time, every rule with its clause, its drawings, no script."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Final

from pydantic import TypeAdapter

from shared.errors import LANGUAGES, Language
from shared.procedure import Annulment, Channel, Edition, Region, Step
from shared.procedure.flowchart.words import Wording
from shared.procedure.law import Cited, Conditional
from shared.procedure.texts import Text

_WORDS: Final[Mapping[str, Text]] = TypeAdapter(dict[str, dict[str, Text]]).validate_python(
    tomllib.loads(files(__package__).joinpath("page.toml").read_text(encoding="utf-8"))
)["word"]
_NAMES: Final[Mapping[Language, str]] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
_STYLE: Final = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;"
    "padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem}nav a{margin-right:1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;"
    "border-bottom:1px solid #8886}.cited{opacity:.75;font-size:.9em}.wide{overflow-x:auto}"
    "img{max-width:100%;height:auto;background:#fff}ul{padding-left:1.2rem}"
)


class RegulationPage:
    """Write the page of one edition in one language."""

    def __init__(self, edition: Edition, region: Region, annulment: Annulment | None, language: Language) -> None:
        self._edition, self._region, self._annulment = edition, region, annulment
        self._language: Language = language
        self._say = Wording(language)

    def write(self) -> str:
        """Give the whole document."""
        title = escape(self._edition.title[self._language])
        return (
            f'<!doctype html><html lang="{self._language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            f"<title>{title}</title><style>{_STYLE}</style></head><body>"
            f'<nav aria-label="{self._word("languages")}">{self._links()}</nav><main><h1>{title}</h1>'
            f"<p>{escape(self._region.name[self._language])}. {self._act()}</p>{''.join(self._sections())}"
            f'<p class="cited">{self._word("machine")}</p></main></body></html>'
        )

    def _sections(self) -> Iterator[str]:
        edition, language = self._edition, self._language
        yield from (self._channel(channel) for channel in edition.channels)
        grounds = ((ground.text, ground) for ground in edition.grounds)
        yield self._list(self._word("grounds"), grounds)
        yield self._list(self._word("results"), ((result.title, result) for result in edition.results))
        yield self._list(self._word("form"), ((field.label, field) for field in edition.form))
        columns = ((column.label, column) for column in edition.journal.fields)
        yield self._list(self._word("journal", name=edition.journal.name[language]), columns)
        if self._annulment is not None:
            reasons = ((reason.title, reason) for reason in self._annulment.reasons)
            yield self._list(self._word("annulment"), reasons)

    def _channel(self, channel: Channel) -> str:
        """A channel's drawing, and its steps as a table: what the drawing shows, for those who do not see it."""
        name = escape(self._say.word(str(channel), "channel"))
        source = f"regulation.svg?channel={channel}&amp;lang={self._language}"
        head = "".join(f"<th>{self._word(key)}</th>" for key in ("step", "performer", "limit", "outcome", "where"))
        steps = (step for step in self._edition.steps if not step.channels or channel in step.channels)
        rows = "".join(self._row(step, channel) for step in steps)
        return (
            f'<section id="{channel}"><h2>{name}</h2><div class="wide"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
            f'<p><a href="{source}"><img src="{source}" alt="{self._word("diagram")}: {name}" loading="lazy"></a></p>'
            "</section>"
        )

    def _row(self, step: Step, channel: Channel) -> str:
        limits = [
            f"{escape(self._say.limit(rule.limit))} {self._cited(rule)}"
            for rule in step.limits
            if not rule.channels or channel in rule.channels
        ]
        if step.unlimited:
            limits.append(f"{escape(self._say.word('unlimited'))} {self._cited(step.unlimited)}")
        outcomes = (escape(outcome.title[self._language]) for outcome in step.outcomes)
        performer = self._edition.performers[step.performer].title[self._language]
        cells = (
            escape(step.title[self._language]), escape(performer), "<br>".join(limits), "<br>".join(outcomes),
            self._cited(step),
        )  # fmt: skip
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    def _list(self, title: str, rules: Iterable[tuple[Text, Cited]]) -> str:
        lines = "".join(
            f"<li>{escape(text[self._language])} {self._only(rule)}{self._cited(rule)}</li>" for text, rule in rules
        )
        return f"<section><h2>{title}</h2><ul>{lines}</ul></section>" if lines else ""

    def _only(self, rule: Cited) -> str:
        """Name the channels of a rule that does not hold on all."""
        channels = rule.channels if isinstance(rule, Conditional) else ()
        names = ", ".join(self._say.word(str(channel), "channel") for channel in channels)
        return f"({escape(names)}) " if names else ""

    def _cited(self, rule: Cited) -> str:
        return f'<span class="cited">{escape(self._say.cite(rule))}</span>'

    def _act(self) -> str:
        edition = self._edition
        act = next(one for one in self._region.acts if one.number == edition.act.number)
        cited = self._word(
            "act", issuer=act.issuer[self._language], date=f"{act.date:%d.%m.%Y}", number=act.number,
            clause=self._say.word("cited", clause=edition.act.clause),
        )  # fmt: skip
        history = self._word(
            "history", repealed=f"{act.repealed:%d.%m.%Y}", adopted_from=f"{edition.adopted_from:%d.%m.%Y}"
        )
        return f"{cited}. {history}"

    def _word(self, key: str, **places: str) -> str:
        return escape(_WORDS[key][self._language].format(**places))

    def _links(self) -> str:
        return "".join(self._link(one) for one in LANGUAGES)

    def _link(self, language: Language) -> str:
        current = " aria-current=true" if language == self._language else ""
        return f'<a href="?lang={language}" lang="{language}" hreflang="{language}"{current}>{_NAMES[language]}</a>'
