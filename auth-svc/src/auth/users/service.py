"""Register a citizen (akmola 8(1): with the registration certificate; zhambyl 11(1): with IIN and password).

Without a proof nobody learns whether an IIN is taken: the answer and the work are the same. With a proof the account is
the signer's, whoever registered the IIN before: password and phone become his, and every session of it ends.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from auth.audit.service import AuditTrail, Deed
from auth.lockout.repository import LockoutRepository
from auth.lockout.subjects import Subjects, subjects
from auth.passwords.policy import Owner
from auth.passwords.service import NewPasswords
from auth.sessions.service import Sessions
from auth.settings import Settings
from auth.users.errors import ProofAlreadyUsed, ProofNotReadable, ProofOfAnotherPerson
from auth.users.repository import CitizenRepository, proof_values
from shared.applications.forms import RegistrationDocument, read_document
from shared.applications.ijson import UnreadableDocument
from shared.db import Database, new_id
from shared.personal import Iin, Person, Persons


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCitizen:
    iin: Iin
    password: str
    phone: str
    language: Literal["kk", "ru", "en"]
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the citizen signed, and what the gateway found: the verdict is its, the document is read again here."""

    document: bytes
    signature: bytes
    signer_iin: str
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    account_id: UUID
    taken_over: bool


class Registering:
    def __init__(self, *, database: Database, persons: Persons, passwords: NewPasswords, settings: Settings) -> None:
        self._database = database
        self._persons = persons
        self._passwords = passwords
        self._settings = settings

    async def without_proof(self, citizen: NewCitizen, now: datetime) -> None:
        hashed = await self._hash(citizen)
        async with self._database.transaction() as session:
            person = await self._persons.ensure(session, citizen.iin)
            added = await CitizenRepository(session).add(_values(citizen, person, hashed, now))
            # One record in both cases: a commit that writes costs the same as the other.
            await self._record(session, "registration-asked", citizen, now, {"taken": added is None})

    async def with_proof(self, citizen: NewCitizen, proof: Proof, now: datetime) -> Registered:
        _check(citizen, proof)
        hashed = await self._hash(citizen)
        async with self._database.transaction() as session:
            person = await self._persons.ensure(session, citizen.iin)
            citizens = CitizenRepository(session)
            if not await citizens.add_proof(_proof_values(proof, person, now)):
                raise ProofAlreadyUsed
            # Whoever guessed at the old password does not keep out who sets a new one.
            await LockoutRepository(session).forget(self._subjects(citizen).account)
            row = await citizens.take(_values(citizen, person, hashed, now))
            # Who logs in with the old password holds the row until his session stands, and we waited for the row: none
            # is missed.
            ended = await Sessions(session, self._settings).end_all(row.id, "taken-over", now)
            facts = {"taken_over": row.taken_over, "sessions_ended": ended}
            await self._record(session, "registered-with-proof", citizen, now, facts, account_id=row.id)
            return Registered(account_id=row.id, taken_over=row.taken_over)

    async def _hash(self, citizen: NewCitizen) -> str:
        return await self._passwords.hash(citizen.password, Owner(kind="citizen", iin=citizen.iin.value))

    async def _record(
        self,
        session: AsyncSession,
        deed: str,
        citizen: NewCitizen,
        now: datetime,
        facts: dict[str, Any],
        account_id: UUID | None = None,
    ) -> None:
        subject = self._subjects(citizen)
        await AuditTrail(session).record(
            Deed(
                name=deed,
                at=now,
                account_id=account_id,
                subject=subject.account,
                address=subject.address,
                facts=facts,
            )
        )

    def _subjects(self, citizen: NewCitizen) -> Subjects:
        return subjects(
            self._persons, way="password", iin=citizen.iin.value, organisation=None, address=citizen.address
        )


def _check(citizen: NewCitizen, proof: Proof) -> None:
    try:
        document = read_document(RegistrationDocument, proof.document)
    except UnreadableDocument as error:
        raise ProofNotReadable(extra={"reason": error.code, "pointer": error.pointer}) from error
    if not citizen.iin.value == document.applicant.iin == proof.signer_iin:
        raise ProofOfAnotherPerson


def _values(citizen: NewCitizen, person: Person, password_hash: str, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "person_id": person.id,
        "iin": person.seal(f"citizens.iin:{person.id}", citizen.iin.value),
        "phone": person.seal(f"citizens.phone:{person.id}", citizen.phone),
        "language": citizen.language,
        "password_hash": password_hash,
        "password_version": 1,
        "registered_at": now,
        "changed_at": now,
    }


def _proof_values(proof: Proof, person: Person, now: datetime) -> dict[str, Any]:
    digest = sha256(proof.document).digest()
    context = f"registration_proofs.{{}}:{digest.hex()}"
    return proof_values(
        person_id=person.id,
        document_sha256=digest,
        document=person.seal(context.format("document"), proof.document),
        signature=person.seal(context.format("signature"), proof.signature),
        evidence=person.seal_json(context.format("evidence"), proof.evidence),
        proven_at=now,
    )
