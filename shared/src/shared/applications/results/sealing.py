"""The worker that puts the organisation's seal into signed results: `ready` becomes `issued`.

Idempotent and safe to kill at any point: the seal is made outside of any transaction, and counts only when one
transaction stores the file, moves the application and forms the notice. A worker that dies in between leaves the
result as it was; another makes a new seal. Two workers that seal the same result: the second finds nothing to store.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.x509 import Certificate, ExtendedKeyUsage, ExtensionNotFound
from cryptography.x509.oid import NameOID
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.advancing import advance
from shared.applications.findings import open_file, seal_file
from shared.applications.in_force import annul_others
from shared.applications.office import Office
from shared.applications.records import context, open_case
from shared.applications.results import repository
from shared.applications.transitions import Deed
from shared.clock import Clock
from shared.db import Database
from shared.errors import Conflict
from shared.log import get_logger
from shared.procedure import MarkSealed, ProcedureError, decide
from shared.results import ResultError, Sealer, seal

_LOG = get_logger(__name__)
_SEALED = Counter("shlyuz_results_sealed_total", "Results sealed.", ("service",))
_FAILED = Counter("shlyuz_seal_failures_total", "Seals that could not be made, and will be tried again.", ("service",))
_LONGEST = timedelta(hours=1)


class SealMissing(Exception):
    """There is no seal key of that provider in the folder, or it may not seal; the message says why."""


class Seals:
    """The organisations' seal keys: `<bin>.p12` in a folder, its password in `<bin>.pass` beside it.

    A key is loaded at its first use and kept. Its certificate must carry the provider's BIN and one of the roles that
    the regulation allows, and be in its time. An HSM would stand here.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._loaded: dict[str, Sealer] = {}

    def of(self, bin_: str, roles: Collection[str], at: datetime) -> Sealer:
        """Give a provider's sealer, fit to seal at an instant; raises SealMissing."""
        sealer = self._loaded.get(bin_) or self._load(bin_)
        certificate = sealer.certificate
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            self._loaded.pop(bin_, None)  # a renewed key may lie in the folder at the next try
            raise SealMissing(f"{bin_}: not in its time")
        if not _purposes(certificate) & set(roles):
            raise SealMissing(f"{bin_}: no role that may seal")
        self._loaded[bin_] = sealer
        return sealer

    def _load(self, bin_: str) -> Sealer:
        if self._folder is None:
            raise SealMissing(f"{bin_}: no folder is set")
        path = self._folder / f"{bin_}.p12"
        try:
            sealer = Sealer.from_pkcs12(path, path.with_suffix(".pass").read_bytes().strip())
        except (OSError, ValueError, ResultError) as error:
            raise SealMissing(f"{bin_}: the key cannot be read") from error
        units = sealer.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        if not any(unit.value == f"BIN{bin_}" for unit in units):
            raise SealMissing(f"{bin_}: the certificate is of another organisation")
        return sealer


def _purposes(certificate: Certificate) -> set[str]:
    try:
        found = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
    except (ExtensionNotFound, ValueError):
        return set()
    return {purpose.dotted_string for purpose in found}


SealOf = Callable[[str, Collection[str], datetime], Sealer]
"""Give the sealer of a BIN, whose certificate has one of the roles, at an instant; raises SealMissing."""


class SealWorker:
    """Seal every signed result, one after the other."""

    def __init__(self, office: Office, database: Database, clock: Clock, seals: SealOf) -> None:
        self._office = office
        self._database = database
        self._clock = clock
        self._seals = seals

    async def run_once(self) -> int:
        """Seal what waits, and tell how many."""
        done = 0
        while await self._seal_next():
            done += 1
        return done

    async def _seal_next(self) -> bool:
        now = self._clock.now()
        async with self._database.transaction() as session:
            row = await repository.next_unsealed(session, now)
            if row is None:
                return False
            person = await self._office.persons.get(session, row.person)
            signed = open_file(person, context("results", "content", row.id), row.content)
        try:
            roles = self._office.regulations.by_id(row.edition).seal_roles
            sealed = await asyncio.to_thread(self._make, row.provider, roles, signed, now)
        except (SealMissing, ResultError):
            await self._put_off(row.id, row.tries, now)
            return True
        try:
            async with self._database.transaction() as session:
                await self._store(session, row.id, row.application, sealed)
        except (ProcedureError, Conflict):  # the application went another way: look again later, let others pass
            await self._put_off(row.id, row.tries, now)
        return True

    def _make(self, bin_: str, roles: Collection[str], signed: bytes, now: datetime) -> bytes:
        return seal(signed, self._seals(bin_, roles, now), at=now)

    async def _put_off(self, result: UUID, tries: int, now: datetime) -> None:
        _FAILED.labels(self._office.service).inc()
        _LOG.exception("a result could not be sealed", result=self._office.public(result), tries=tries + 1)
        pause = min(self._office.settings.seal_retry * 2 ** min(tries, 10), _LONGEST)
        async with self._database.transaction() as session:
            await repository.try_later(session, result, now + pause)

    async def _store(self, session: AsyncSession, result: UUID, application: UUID, sealed: bytes) -> None:
        """The case is locked first, as everywhere; whoever comes second finds the result sealed and leaves it."""
        case = await open_case(session, self._office, application, lock=True)
        now = self._clock.now()
        content = seal_file(case.edition, case.person, context("results", "content", result), sealed)
        if not await repository.mark_sealed(session, result, content=content, sha256=sha256(sealed).digest(), now=now):
            return
        transition = decide(case.engine, MarkSealed(), now)
        if transition.annuls:
            await annul_others(session, application, result, now)
        await advance(session, self._office, case, transition, Deed(action="seal-result", at=now))
        _SEALED.labels(self._office.service).inc()
