"""Result documents alone: how many of them one core makes, from the typst form to the organisation's seal."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from shared.pki.signing import sign
from shared.results import Party, Prepared, Sealer, Signatory, embed, new_code, prepare, render, seal
from shared.testing.authority import Authority
from shared.testing.identities import bin_, iin

FORM = Path(__file__).parents[2] / "booking-svc/src/booking/templates/appointment-confirmation.typ"
FIELDS = {
    "title": {"kk": "Дәрігердің қабылдауына жазылу туралы анықтама", "ru": "Справка о записи на приём к врачу"},
    "patient_name": "Тұрсынбекова Ұлжан Өмірғалиқызы", "doctor": "Петренко Ольга Ивановна",
    "specialty": {"kk": "Невролог", "ru": "Невролог"}, "room": "115", "date": "30.11.2026", "time": "14:30",
}  # fmt: skip
STAGES = ("render", "prepare", "restore", "embed", "seal")
PROVIDER = Party(
    kk="«Сынақ» емханасы", ru="Поликлиника «Сынақ»", bin=str(bin_(number=7)), address_kk="Тараз", address_ru="Тараз"
)
PERFORMER = Signatory(name="Сынақ Бек", role_kk="Қызметкер", role_ru="Работник")
PASSWORD = "a bench seal's password"
NOW = datetime.now(UTC)


def measure(*, documents: int = 40) -> dict[str, Any]:
    """Make so many documents in this process; processor seconds by stage, and documents a second of one core."""
    authority = Authority.create(at=NOW)
    number = str(bin_(number=7))
    sealer = Sealer.from_pkcs12(
        authority.seal(bin=number, organisation="Емхана", at=NOW).p12(PASSWORD), PASSWORD.encode()
    )
    person = str(iin(birth=date(1980, 1, 1), number=7))
    key = authority.staff(iin=person, surname="СЫНАҚ", given_name="БЕК", bin=number, organisation="Емхана",
                          at=NOW).key  # fmt: skip
    spent = dict.fromkeys(STAGES, 0.0)
    size = 0

    def timed(stage: str, deed: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = deed()
        spent[stage] += time.process_time() - began
        return made

    for turn in range(documents + 1):
        if turn == 1:  # the first loads typst's fonts and pyHanko
            spent.update(dict.fromkeys(STAGES, 0.0))
        page = timed("render", _page)
        waiting = timed("prepare", lambda page=page: prepare(page, at=NOW))
        waiting = timed("restore", lambda waiting=waiting: Prepared.restore(waiting.pdf))
        signature = sign(waiting.to_sign, key, at=NOW, detached=True)
        signed = timed("embed", lambda waiting=waiting, signature=signature: embed(waiting, signature))
        size = len(timed("seal", lambda signed=signed: seal(signed, sealer, at=NOW)))
    whole = sum(spent.values()) / documents
    return {
        "per_s_and_core": round(1 / whole, 1),
        "kilobytes": round(size / 1024),
        **{f"{stage}_ms": round(1000 * took / documents, 1) for stage, took in spent.items()},
    }


def _page() -> bytes:
    code = str(new_code("bkg"))
    return render(
        FORM, FIELDS, number="BKG-2026-0000001", code=code, verify_url=f"https://shlyuz.example/verify/{code}",
        issued_at=NOW, provider=PROVIDER, signatories=[PERFORMER],
    )  # fmt: skip


def table(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Write rows of name, figure and note."""
    stages = ", ".join(f"{stage} {found[f'{stage}_ms']} ms" for stage in STAGES)
    return [("result documents", f"{found['per_s_and_core']} /s", f"a core; {stages}; {found['kilobytes']} kB")]
