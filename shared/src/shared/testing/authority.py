"""A certificate authority in code, with the layout of Kazakhstan's: for tests, and for the demo region's own citizens.

Its subjects, policies, key usages and role OIDs are those of the NCA's certificates, so that condition 2 sees what it
will see from real people.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from pathlib import Path
from typing import Final

from shared.pki import certificate as certificates
from shared.pki import crl, encode, extensions, names, usage
from shared.pki.certificate import (
    DIGITAL_SIGNATURE,
    KEY_AGREEMENT,
    KEY_ENCIPHERMENT,
    NON_REPUDIATION,
    Certificate,
)
from shared.pki.expectation import (
    CITIZEN_ROLE,
    EMPLOYEE_ROLE,
    FINANCE_ROLE,
    HEAD_ROLE,
    LEGAL_ENTITY_ROLE,
    PERSONNEL_ROLE,
    SIGNER_ROLE,
    SYSTEM_ROLE,
)
from shared.pki.ocsp import OCSP_SIGNING, key_bits
from shared.pki.private_keys import PrivateKey
from shared.pki.profile import KZ, Profile
from shared.pki.revocation import RevocationIndex, check_list
from shared.pki.signing import SigningKey
from shared.pki.trust import Anchor, ResponderSource, Trust
from shared.testing import authority_answers as answers
from shared.testing import authority_folder, authority_keys
from shared.testing import authority_forms as forms
from shared.testing.authority_folder import Books, Kept

ROLES: Final = {
    "head": HEAD_ROLE, "signer": SIGNER_ROLE, "finance": FINANCE_ROLE, "personnel": PERSONNEL_ROLE,
    "employee": EMPLOYEE_ROLE, "system": SYSTEM_ROLE,
}  # fmt: skip
"""Roles of a legal entity's people and systems by their plain name."""

REASONS: Final = {name: code for code, name in crl.REASONS.items()}

_AUTHORITY_SERVES, _LEAF_SERVES, _LIST_SERVES = timedelta(days=3650), timedelta(days=365), timedelta(hours=24)
_BACKDATED = timedelta(days=1)
_POLICY = "1.2.398.3.3.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Someone with a key and a certificate of the authority."""

    key: SigningKey

    @property
    def certificate(self) -> bytes:
        return self.key.certificate

    @property
    def parsed(self) -> Certificate:
        return certificates.parse(self.key.certificate)

    def p12(self, password: str) -> bytes:
        """Write the PKCS#12 file that a person keeps."""
        return self.key.p12(password)


class Authority:
    """A root, an intermediate that issues, and a responder. `create` makes fresh keys; leaves are lent keys by default.

    Every time is passed in. Certificates begin a day before `at`, so that a test may look a little back.
    """

    def __init__(self, kept: Kept) -> None:
        self.algorithm, self.base_url, self.fresh_keys = kept.algorithm, kept.base_url.rstrip("/"), kept.fresh_keys
        self.root, self.issuing, self.responder, self.books = kept.root, kept.issuing, kept.responder, kept.books

    @classmethod
    def create(
        cls, *, at: datetime, base_url: str = "http://127.0.0.1:8099", algorithm: str = "rsa", bits: int = 2048,
        title: str = "SHLYUZ TEST", fresh_keys: bool = False,
    ) -> "Authority":  # fmt: skip
        """Make an authority; two with the same title are strangers to one another, with the same names."""
        root_key, issuing_key = authority_keys.make(algorithm, bits), authority_keys.make(algorithm, bits)
        root_name = forms.name((names.COMMON_NAME, f"НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ {title}"), (names.COUNTRY, "KZ"))
        issuing_name = forms.name((names.COMMON_NAME, f"КУӘЛАНДЫРУШЫ ОРТАЛЫҚ {title}"), (names.COUNTRY, "KZ"))
        period = {"not_before": at - _BACKDATED, "not_after": at + _AUTHORITY_SERVES}
        root_id, issuing_id = key_id(root_key.spki), key_id(issuing_key.spki)
        root = forms.certificate(
            subject=root_name, issuer=root_name, serial=1, spki=root_key.spki, signer=root_key, **period,
            extensions=[*forms.authority_extensions(), *forms.key_identifiers(root_id, None)],
        )  # fmt: skip
        issuing = forms.certificate(
            subject=issuing_name, issuer=root_name, serial=2, spki=issuing_key.spki, signer=root_key, **period,
            extensions=[*forms.authority_extensions(path_length=0), *forms.key_identifiers(issuing_id, root_id)],
        )  # fmt: skip
        issuing_holder = SigningKey(private=issuing_key, certificate=issuing)
        authority = cls(Kept(
            algorithm=algorithm, base_url=base_url, books=Books(), fresh_keys=fresh_keys,
            root=SigningKey(private=root_key, certificate=root), issuing=issuing_holder, responder=issuing_holder,
        ))  # fmt: skip
        authority.responder = authority._make_responder(at)
        return authority

    def _make_responder(self, at: datetime) -> SigningKey:
        subject = forms.name((names.COMMON_NAME, "OCSP RESPONDER"), (names.COUNTRY, "KZ"))
        form = [
            forms.extension(certificates.KEY_USAGE, encode.named_bits({DIGITAL_SIGNATURE}), critical=True),
            forms.purposes([OCSP_SIGNING]),
            forms.extension(extensions.NO_CHECK, encode.null()),
        ]
        return self.issue(subject, form, at=at, serves=_AUTHORITY_SERVES, key=authority_keys.make(self.algorithm)).key

    # ------------------------------------------------------------------------------------------------- certificates
    def issue(
        self, subject: bytes, form: Sequence[bytes], *, at: datetime, serves: timedelta = _LEAF_SERVES,
        not_before: datetime | None = None, not_after: datetime | None = None, key: PrivateKey | None = None,
        algorithm: str | None = None,
    ) -> Holder:  # fmt: skip
        """Issue a certificate of any form under the intermediate."""
        self.books.serial += 1
        private = key or self._leaf_key(algorithm or self.algorithm)
        issuer = certificates.parse(self.issuing.certificate)
        return self._hold(private, forms.certificate(
            subject=subject, issuer=issuer.subject, serial=self._serial(), spki=private.spki,
            not_before=not_before or at - _BACKDATED, not_after=not_after or at + serves,
            extensions=[*form, *forms.key_identifiers(key_id(private.spki), issuer.subject_key), *self._addresses()],
            signer=self.issuing.private,
        ))  # fmt: skip

    def _hold(self, private: PrivateKey, certificate: bytes) -> Holder:
        return Holder(key=SigningKey(private=private, certificate=certificate))

    def _leaf_key(self, algorithm: str) -> PrivateKey:
        if self.fresh_keys:
            return authority_keys.make(algorithm)
        return authority_keys.lend(algorithm, self.books.serial)

    def _serial(self) -> int:
        """Number certificates as real ones are, with 159 bits, and yet the same each time."""
        seed = f"{self.issuing.certificate.hex()[-64:]} {self.books.serial}".encode()
        return int.from_bytes(sha1(seed, usedforsecurity=False).digest(), "big") >> 1 | 1

    def _addresses(self) -> list[bytes]:
        return [
            forms.distribution_points(f"{self.base_url}/crl/leaf.crl"),
            forms.distribution_points(f"{self.base_url}/crl/delta.crl", freshest=True),
            forms.information_access(f"{self.base_url}/ocsp"),
        ]

    def citizen(  # noqa: PLR0913 - what a certificate can say
        self, *, iin: str, at: datetime, surname: str = "СЕРІКҚЫЗЫ", given_name: str = "АЙГҮЛ",
        patronymic: str = "", purpose: str = "signing", not_before: datetime | None = None,
        not_after: datetime | None = None, algorithm: str | None = None, key: PrivateKey | None = None,
    ) -> Holder:  # fmt: skip
        """Issue a citizen's certificate; `purpose` "authentication" gives the other key of the years until 2022."""
        return self.issue(
            forms.name(*_person(iin, surname, given_name), *_patronymic(patronymic)),
            _form(purpose, [CITIZEN_ROLE], individual=True),
            at=at, not_before=not_before, not_after=not_after, algorithm=algorithm, key=key,
        )  # fmt: skip

    def staff(  # noqa: PLR0913 - as above
        self, *, iin: str, bin: str, at: datetime, organisation: str = "ЕМХАНА", role: str = "employee",  # noqa: A002
        surname: str = "ДӘРІГЕРОВ", given_name: str = "НҰРЛАН", patronymic: str = "", purpose: str = "signing",
        not_before: datetime | None = None, not_after: datetime | None = None, algorithm: str | None = None,
    ) -> Holder:  # fmt: skip
        """Issue the certificate of someone who acts for an organisation, with a role of `ROLES`."""
        subject = forms.name(
            *_person(iin, surname, given_name), (names.ORGANISATION, organisation), (names.UNIT, f"BIN{bin}"),
            *_patronymic(patronymic),
        )  # fmt: skip
        return self.issue(
            subject, _form(purpose, [LEGAL_ENTITY_ROLE, ROLES[role]], individual=False),
            at=at, not_before=not_before, not_after=not_after, algorithm=algorithm,
        )  # fmt: skip

    def seal(
        self, *, bin: str, at: datetime, organisation: str = "ЕМХАНА", not_before: datetime | None = None,  # noqa: A002
        not_after: datetime | None = None, algorithm: str | None = None,
    ) -> Holder:  # fmt: skip
        """Issue an organisation's seal: an information system's certificate, without IIN and without e-mail usage."""
        subject = forms.name(
            (names.COMMON_NAME, f"ИС {organisation}"), (names.COUNTRY, "KZ"), (names.ORGANISATION, organisation),
            (names.UNIT, f"BIN{bin}"),
        )  # fmt: skip
        usage_ = encode.named_bits({DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_AGREEMENT})
        form = [
            forms.extension(certificates.KEY_USAGE, usage_, critical=True),
            forms.purposes([LEGAL_ENTITY_ROLE, SYSTEM_ROLE]),
            forms.policies([_POLICY]),
        ]
        return self.issue(subject, form, at=at, not_before=not_before, not_after=not_after, algorithm=algorithm)

    def self_signed(self, *, iin: str, at: datetime, surname: str = "ӨЗІМБЕК") -> Holder:
        """Make a citizen's certificate that its own key signed: condition 2 must refuse it."""
        private = self._leaf_key(self.algorithm)
        subject = forms.name(*_person(iin, surname, "ӨЗ"))
        return self._hold(private, forms.certificate(
            subject=subject, issuer=subject, serial=77, spki=private.spki, not_before=at - _BACKDATED,
            not_after=at + _LEAF_SERVES, extensions=_form("signing", [CITIZEN_ROLE], individual=True), signer=private,
        ))  # fmt: skip

    # --------------------------------------------------------------------------------------------------- revocation
    def revoke(self, certificate: bytes, *, at: datetime, reason: str | None = "key-compromise") -> None:
        """Enter a certificate in the next list. `reason` is a name of RFC 5280 with hyphens, or None."""
        serial = certificates.parse(certificate).serial
        code = None if reason is None else REASONS[reason]
        self.books.revoked[serial] = forms.Revoked(serial=serial, at=at, reason=code)

    def release(self, certificate: bytes) -> None:
        """Take a certificate on hold out of the next list; the delta says so."""
        self.books.revoked.pop(certificates.parse(certificate).serial)

    def crl(self, *, at: datetime, serves: timedelta = _LIST_SERVES) -> bytes:
        """Issue the complete list of the intermediate, and make it the base of the next deltas."""
        books = self.books
        books.list_number += 1
        books.base_number, books.in_base = books.list_number, dict(books.revoked)
        return self._list(self.issuing, books.revoked.values(), at=at, serves=serves)

    def delta(self, *, at: datetime, serves: timedelta = timedelta(hours=1)) -> bytes:
        """Issue what changed since the last complete list."""
        books = self.books
        books.list_number += 1
        changed = [entry for serial, entry in books.revoked.items() if books.in_base.get(serial) != entry]
        released = [
            forms.Revoked(serial=serial, at=at, reason=crl.REMOVE_FROM_LIST)
            for serial in books.in_base
            if serial not in books.revoked
        ]
        return self._list(self.issuing, [*changed, *released], at=at, serves=serves, base=books.base_number)

    def root_crl(self, *, at: datetime, revoked: Collection[bytes] = (), serves: timedelta = _LIST_SERVES) -> bytes:
        """Issue the root's list, which names intermediates."""
        entries = [forms.Revoked(serial=certificates.parse(held).serial, at=at, reason=2) for held in revoked]
        return self._list(self.root, entries, at=at, serves=serves)

    def _list(
        self, signer: SigningKey, entries: Collection[forms.Revoked], *, at: datetime, serves: timedelta,
        base: int | None = None,
    ) -> bytes:  # fmt: skip
        held = certificates.parse(signer.certificate)
        return forms.revocation_list(
            issuer=held.subject, entries=entries, this_update=at, next_update=at + serves, signer=signer.private,
            extensions=forms.list_extensions(
                number=max(self.books.list_number, 1), authority_key=held.subject_key or b"", base=base
            ),
        )  # fmt: skip

    def answer(self, request: bytes, *, at: datetime, delegated: bool = True, serves: timedelta | None = None) -> bytes:
        """Answer an OCSP request, signed by the delegated responder or by the issuer itself. Raises der.Malformed."""
        asked = answers.read_question(request)
        entry = self.books.revoked.get(asked.serial)
        signer = self.responder if delegated else self.issuing
        return answers.answer(
            asked=asked,
            status=answers.status_good() if entry is None else answers.status_revoked(entry.at, entry.reason),
            this_update=at,
            next_update=None if serves is None else at + serves,
            responder_name=certificates.parse(signer.certificate).subject,
            signer=signer.private,
            certificates=[signer.certificate] if delegated else [],
        )

    # -------------------------------------------------------------------------------------------------------- trust
    def trust(self, *, test: bool = False, profile: Profile = KZ) -> Trust:
        """Give the trust configuration that pins this authority; `test` switches the check digits off."""
        issuing = certificates.parse(self.issuing.certificate)
        return Trust(
            anchors=(Anchor(certificate=certificates.parse(self.root.certificate), test=test),),
            intermediates=(issuing,),
            responders=(ResponderSource(url=f"{self.base_url}/ocsp", issuer=issuing),),
            profile=profile,
        )

    def index(self, *, at: datetime) -> RevocationIndex:
        """Give an index with a list issued and fetched now."""
        return RevocationIndex([check_list(self.crl(at=at), trust=self.trust(), at=at, fetched_at=at)])

    @property
    def kept(self) -> Kept:
        """All of it that outlives a process."""
        return Kept(
            algorithm=self.algorithm, base_url=self.base_url, fresh_keys=self.fresh_keys, root=self.root,
            issuing=self.issuing, responder=self.responder, books=self.books,
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        """Keep keys, certificates and books in a folder."""
        self.kept.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "Authority":
        """Take up again what `save` kept."""
        return cls(authority_folder.load(folder))

    def trust_toml(self, folder: Path, *, test: bool = False, beside: Mapping[str, "Authority"] | None = None) -> Path:
        """Write trust.toml and the certificates beside it, for Trust.load; give the file's path.

        It pins this authority and those `beside` it, each with its certificates in the folder of its name.
        """
        everyone = {"": self, **(beside or {})}
        return authority_folder.write_trust(folder, {name: one.kept for name, one in everyone.items()}, test=test)


def key_id(spki: bytes) -> bytes:
    """Identify a key as RFC 5280, 4.2.1.2 (1) does."""
    return sha1(key_bits(spki), usedforsecurity=False).digest()


def _person(iin: str, surname: str, given_name: str) -> list[tuple[str, str]]:
    return [
        (names.COMMON_NAME, f"{surname} {given_name}"),
        (names.SURNAME, surname),
        (names.SERIAL_NUMBER, f"IIN{iin}"),
        (names.COUNTRY, "KZ"),
    ]


def _patronymic(patronymic: str) -> list[tuple[str, str]]:
    return [(names.GIVEN_NAME, patronymic)] if patronymic else []


def _form(purpose: str, roles: Sequence[str], *, individual: bool) -> list[bytes]:
    """Usages and policies as the NCA gives them: "signing" since 2022; "authentication" and "signing-2018" before."""
    bits, purpose_oid, policy = {
        "signing": ({DIGITAL_SIGNATURE, NON_REPUDIATION, KEY_AGREEMENT}, usage.EMAIL_PROTECTION, _POLICY),
        "signing-2018": (
            {DIGITAL_SIGNATURE, NON_REPUDIATION}, usage.EMAIL_PROTECTION, f"{_POLICY}.{3 if individual else 1}",
        ),
        "authentication": (
            {DIGITAL_SIGNATURE, KEY_ENCIPHERMENT}, usage.CLIENT_AUTHENTICATION, f"{_POLICY}.{4 if individual else 2}",
        ),
    }[purpose]  # fmt: skip
    return [
        forms.extension(certificates.KEY_USAGE, encode.named_bits(bits), critical=True),
        forms.purposes([purpose_oid, *roles]),
        forms.policies([policy]),
    ]
