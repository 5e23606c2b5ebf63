"""What every result says, whatever the form: number, code, provider, who signed and when.

The decrees name signers and stamps on paper; a file whose signatures are invisible fields names them as text, so that
a printed page says the same as the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_SECONDS_PER_HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The provider that gives the result and whose seal stands in it: names in Kazakh and Russian, BIN, address."""

    kk: str
    ru: str
    bin: str
    address_kk: str = ""
    address_ru: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """A person named on the page as a signer.

    `signed_at` is an aware time in the provider's zone, printed with its offset. It is None for the one whose
    signature goes into this file after the page is made: the page cannot know when, the signature says it.
    """

    name: str
    role_kk: str
    role_ru: str
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The frame of a result. `issued_at` is aware, in the provider's zone: its date is printed as it stands."""

    number: str
    issued_at: datetime
    provider: Party
    signatories: Sequence[Signatory]
    ink: bool

    def as_data(self) -> dict[str, object]:
        """The frame as the layout reads it: JSON values only, times already written out."""
        if self.issued_at.tzinfo is None:
            raise ValueError("issued_at has no zone")
        return {
            "number": self.number,
            "date": f"{self.issued_at:%d.%m.%Y}",
            "provider": {
                "kk": self.provider.kk,
                "ru": self.provider.ru,
                "bin": self.provider.bin,
                "address_kk": self.provider.address_kk,
                "address_ru": self.provider.address_ru,
            },
            "signatories": [
                {
                    "name": signatory.name,
                    "kk": signatory.role_kk,
                    "ru": signatory.role_ru,
                    "at": "" if signatory.signed_at is None else written(signatory.signed_at),
                }
                for signatory in self.signatories
            ],
            "ink": self.ink,
        }


def written(moment: datetime) -> str:
    """Write an aware time as people of Kazakhstan do, with its offset: `05.01.2026 14:30 (UTC+5)`.

    Raises:
        ValueError: it has no zone.
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a time on a result has a zone")
    hours, rest = divmod(abs(int(offset.total_seconds())), _SECONDS_PER_HOUR)
    minutes = f":{rest // 60:02d}" if rest else ""
    sign = "-" if offset < timedelta() else "+"
    return f"{moment:%d.%m.%Y %H:%M} (UTC{sign}{hours}{minutes})"
