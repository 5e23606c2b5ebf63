"""What failures are counted for: keyed hashes, never the numbers themselves.

A guessed password alone does not keep out who holds the certificate: the two ways to log in are counted apart.
Addresses sort before accounts, so that whoever locks rows in their order cannot block one who does so too.
"""

from dataclasses import dataclass
from typing import Final, Literal

from shared.personal import Persons

Way = Literal["password", "certificate"]
ADDRESS: Final = b"\x01"
ACCOUNT: Final = b"\x02"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    address: bytes | None
    account: bytes

    def all(self) -> list[bytes]:
        return [self.account] if self.address is None else [self.address, self.account]


def subjects(persons: Persons, *, way: Way, iin: str, organisation: str | None, address: str | None) -> Subjects:
    return Subjects(
        address=None if address is None else ADDRESS + persons.keyed_hash("address", address),
        account=ACCOUNT + persons.keyed_hash("login", way, iin, organisation or ""),
    )
