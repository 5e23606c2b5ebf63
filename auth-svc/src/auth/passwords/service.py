"""Take a new password: judge it, then hash it."""

from secrets import choice
from typing import Final

from auth.passwords.errors import PasswordTooWeak
from auth.passwords.hashing import PasswordHashing
from auth.passwords.policy import SHORTEST, Owner, weakness

# Letters and digits that are not mistaken for one another when read from paper.
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS: Final = 4
GROUP: Final = 5


class NewPasswords:
    def __init__(self, hashing: PasswordHashing) -> None:
        self._hashing = hashing

    async def hash(self, password: str, owner: Owner) -> str:
        """Hash a password that its owner chose; raises PasswordTooWeak, PasswordsBusy."""
        judge(password, owner)
        return await self._hashing.hash(password)

    async def hash_generated(self, password: str) -> str:
        """Hash one of `generate`; raises PasswordsBusy."""
        return await self._hashing.hash(password)


def judge(password: str, owner: Owner) -> None:
    if (reason := weakness(password, owner)) is not None:
        raise PasswordTooWeak(reason, SHORTEST[owner.kind])


def generate() -> str:
    """Make a password of 98 random bits that can be told over a counter: `k3mfw-…`."""
    return "-".join("".join(choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
