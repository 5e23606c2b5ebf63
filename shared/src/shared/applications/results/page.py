"""The page that a browser gets for a verification code, in Kazakh and Russian; no script, nothing from elsewhere."""

from collections.abc import Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;"
    "color:#111;background:#fff}"
    "h1{font-size:1.4rem}dt{color:#444}dd{margin:0 0 .8rem}.yes{border-left:.5rem solid #0a6b2d;padding-left:1rem}"
    ".no{border-left:.5rem solid #b00020;padding-left:1rem}"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Vary": "Accept",
}
_VERDICTS = {
    "in-force": ("yes", "Құжат түпнұсқа және күшінде", "Документ подлинный и действует"),
    "annulled": ("no", "Құжат түпнұсқа, бірақ күші жойылған", "Документ подлинный, но аннулирован"),
    "unknown": ("no", "Мұндай құжат табылмады", "Такой документ не найден"),
}
_LABELS = {
    "kind": ("Құжат түрі", "Вид документа"),
    "number": ("Нөмірі", "Номер"),
    "issued_on": ("Берілген күні", "Дата выдачи"),
    "issuer": ("Кім берді", "Кем выдан"),
    "bin": ("БСН", "БИН"),
    "patient": ("Кімге", "Кому"),
    "annulled_at": ("Күші жойылған уақыт", "Аннулирован"),
    "annulled_for": ("Себебі", "Причина"),
}


def wants_page(accept: str | None) -> bool:
    """Tell whether the caller is a browser: it names text/html, and not application/json before it."""
    kinds = [part.partition(";")[0].strip().lower() for part in (accept or "").split(",")]
    if "text/html" not in kinds:
        return False
    return "application/json" not in kinds or kinds.index("text/html") < kinds.index("application/json")


def verification_page(found: Mapping[str, Any] | None) -> str:
    """Write the page for what was found, or for a code that nobody gave."""
    state = str(found["state"]) if found else "unknown"
    mark, kazakh, russian = _VERDICTS[state]
    rows = _rows(found) if found else {}
    facts = "".join(
        f"<dt>{' / '.join(_LABELS[name])}</dt><dd>{escape(value)}</dd>" for name, value in rows.items() if value
    )
    return (
        '<!doctype html><html lang="kk"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{kazakh}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1 class="{mark}">{kazakh}<br><span lang="ru">{russian}</span></h1><dl>{facts}</dl></main></body></html>'
    )


def _rows(found: Mapping[str, Any]) -> dict[str, str]:
    names, kind = found["issuer"]["names"], found["kind"]
    return {
        "kind": f"{kind['kk']} / {kind['ru']}",
        "number": str(found["number"]),
        "issued_on": f"{found['issued_on']:%d.%m.%Y}",
        "issuer": f"{names['kk']} / {names['ru']}",
        "bin": str(found["issuer"]["bin"]),
        "patient": str(found["patient"]),
        "annulled_at": f"{found['annulled_at']:%d.%m.%Y}" if found["annulled_at"] else "",
        "annulled_for": " / ".join(found["annulled_for"]["title"][each] for each in ("kk", "ru"))
        if found["annulled_for"]
        else "",
    }
