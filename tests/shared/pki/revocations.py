"""What the tests of step 8 stand on: an authority, its lists and answers."""

from datetime import datetime, timedelta

from shared.pki import certificate, ocsp
from shared.pki.issuers import Issuers
from shared.pki.ocsp import FetchedAnswer
from shared.pki.revocation import (
    RevocationIndex,
    RevocationList,
    Revocations,
    Status,
    check_list,
)
from shared.pki.trust import Trust
from shared.testing import authority_forms
from shared.testing.authority import Authority, Holder

HOUR = timedelta(hours=1)


class Bench:
    """An authority, its trust, and what a verification would find out about someone's certificate."""

    def __init__(self, authority: Authority, now: datetime) -> None:
        self.authority, self.now, self.trust = authority, now, authority.trust()

    def check(self, data: bytes, *, fetched_at: datetime | None = None, trust: Trust | None = None) -> RevocationList:
        return check_list(data, trust=trust or self.trust, at=self.now, fetched_at=fetched_at or self.now)

    def status(self, holder: Holder, *lists: RevocationList, answers: tuple[FetchedAnswer, ...] = ()) -> Status:
        issuers = Issuers(self.trust)
        path = issuers.find(holder.parsed, self.now)
        judge = Revocations(self.trust, issuers, RevocationIndex(lists).snapshot, answers, self.now)
        return judge.status(path.leaf, path.issuers.certificates)

    def question(self, holder: Holder, nonce: bytes | None = None) -> bytes:
        return ocsp.question(holder.parsed, certificate.parse(self.authority.issuing.certificate), nonce=nonce)

    def written(self, *, extensions=(), entries=(), next_update: datetime | str | None = "tomorrow", this_update=None):
        holder = self.authority.issuing
        held = certificate.parse(holder.certificate)
        until = self.now + timedelta(days=1) if next_update == "tomorrow" else next_update
        return authority_forms.revocation_list(
            issuer=held.subject, entries=entries, this_update=this_update or self.now, next_update=until,
            extensions=extensions, signer=holder.private,
        )  # fmt: skip
