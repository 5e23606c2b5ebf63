"""Decide logins.

1. Find the account, and check the password: outside any transaction, in the same time for an unknown account.
2. In one transaction: lock the counters and the account, use up the challenge, and grant a session, or count the
   failure and form the notice of process 2. What a refusal leaves behind is committed before it is told.

A challenge is used up by the first login that names it, also by a refused one: a signature is worth one password.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from auth.audit.service import AuditTrail, Deed
from auth.challenges.service import Challenges
from auth.lockout.repository import LockoutRepository
from auth.lockout.rules import Rules
from auth.lockout.subjects import Subjects, subjects
from auth.login import accounts
from auth.login.accounts import Account
from auth.login.errors import CertificateRefused, LoginRefused
from auth.passwords.hashing import PasswordHashing
from auth.sessions.service import LoggedIn, Opened, Sessions
from auth.settings import Settings
from shared.db import Database
from shared.personal import Iin, Persons

Why = Literal["locked", "challenge", "other-person", "unknown-account", "wrong-password", "changed", "certificate"]
GUESSES: Final = frozenset({"unknown-account", "wrong-password"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What the gateway read from the certificate whose signature over the challenge it found valid."""

    iin: str
    bin: str | None
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`username` may be empty with a certificate; `refused` is condition 2's code when the signature was not valid."""

    username: str
    password: str
    address: str | None
    challenge_id: str | None = None
    certificate: Certificate | None = None
    refused: str | None = None

    @property
    def iin(self) -> str:
        return self.certificate.iin if self.certificate is not None else self.username

    @property
    def organisation(self) -> str | None:
        return self.certificate.bin if self.certificate is not None else None

    @property
    def consistent(self) -> bool:
        return self.certificate is None or self.username in {"", self.certificate.iin}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    account: Account | None
    password_right: bool
    fresh_hash: str | None


class LogIn:
    def __init__(
        self, *, database: Database, persons: Persons, hashing: PasswordHashing, rules: Rules, settings: Settings
    ) -> None:
        self._database = database
        self._persons = persons
        self._hashing = hashing
        self._rules = rules
        self._settings = settings

    async def log_in(self, attempt: Attempt, now: datetime) -> Opened:
        """Raise LoginRefused or CertificateRefused (process 2), or PasswordsBusy (nothing was done)."""
        checked = await self._check(attempt)
        async with self._database.transaction() as session:
            decided = await self._decide(session, attempt, checked, now)
        if isinstance(decided, LoginRefused):
            raise decided
        return decided

    async def _check(self, attempt: Attempt) -> _Checked:
        if attempt.refused is not None:  # refused whatever the password is: it is not even looked at
            return _Checked(account=None, password_right=False, fresh_hash=None)
        async with self._database.transaction() as session:
            account = await accounts.find(session, self._persons.lookup(Iin(attempt.iin)), attempt.organisation)
        stored = account.password_hash if account is not None else None
        right = await self._hashing.verify(attempt.password, stored)
        outdated = right and stored is not None and self._hashing.outdated(stored)
        fresh = await self._hashing.hash(attempt.password) if outdated else None
        return _Checked(account=account, password_right=right, fresh_hash=fresh)

    async def _decide(
        self, session: AsyncSession, attempt: Attempt, checked: _Checked, now: datetime
    ) -> Opened | LoginRefused:
        counted = subjects(
            self._persons,
            way="password" if attempt.challenge_id is None else "certificate",
            iin=attempt.iin,
            organisation=attempt.organisation,
            address=attempt.address,
        )
        why = await self._why_not(session, attempt, checked, counted, now)
        if why is not None or checked.account is None:
            return await self._refuse(session, attempt, checked, counted, why or "unknown-account", now)
        await LockoutRepository(session).forget(counted.account)
        if checked.fresh_hash is not None:
            await accounts.rehash(session, checked.account, checked.fresh_hash)
        return await Sessions(session, self._settings).open(_logged_in(attempt, checked.account), now)

    async def _why_not(
        self, session: AsyncSession, attempt: Attempt, checked: _Checked, counted: Subjects, now: datetime
    ) -> Why | None:
        """Ask in one order always, so that parallel logins cannot block one another: counters, challenge, account."""
        locked = await LockoutRepository(session).locked(counted.all(), now)
        unused = attempt.challenge_id is None or await Challenges(session).use(attempt.challenge_id, now)
        if locked:
            return "locked"
        if attempt.refused is not None:
            return "certificate"
        if not unused:
            return "challenge"
        if not attempt.consistent:
            return "other-person"
        if checked.account is None:
            return "unknown-account"
        if not checked.password_right:
            return "wrong-password"
        return None if await accounts.hold(session, checked.account) else "changed"

    async def _refuse(
        self,
        session: AsyncSession,
        attempt: Attempt,
        checked: _Checked,
        counted: Subjects,
        why: Why,
        now: datetime,
    ) -> LoginRefused:
        await self._count(session, counted, why, now)
        problem = CertificateRefused(attempt.refused) if attempt.refused is not None else LoginRefused()
        deed = Deed(
            name="login-refused",
            at=now,
            account_id=checked.account.id if checked.account is not None else None,
            subject=counted.account,
            address=counted.address,
            facts={"why": why, "certificate": attempt.refused, "staff": attempt.organisation is not None},
        )
        return problem.numbered(await AuditTrail(session).refuse(deed, problem))

    async def _count(self, session: AsyncSession, counted: Subjects, why: Why, now: datetime) -> None:
        """A pause that is running does not grow. An account pays for guesses at it alone, not for what a stranger can
        do with its number: a signature that is not its own, a challenge sent again.
        """
        if why == "locked":
            return
        failures = LockoutRepository(session)
        if counted.address is not None:
            await failures.count(counted.address, self._rules.address, now)
        if why in GUESSES:
            await failures.count(counted.account, self._rules.account, now)


def _logged_in(attempt: Attempt, account: Account) -> LoggedIn:
    certificate = attempt.certificate
    return LoggedIn(
        kind=account.kind,
        account_id=account.id,
        acr="certificate" if certificate is not None else "password",
        certificate_serial=certificate.serial if certificate is not None else None,
    )
