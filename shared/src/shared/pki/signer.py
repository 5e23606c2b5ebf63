"""Who signed, as his certificate says: read for steps 9 and 10, for the account and for the page that names signers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from shared.pki import names
from shared.pki.certificate import Certificate
from shared.pki.codes import Code, Refused
from shared.pki.keys import PublicKey

_IIN, _BIN = "IIN", "BIN"
_DIGITS = 12
_ROLES = "1.2.398.3.3.4.1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The signer's facts. All of it is personal data: not for logs, URLs, metrics or events.

    `given_name` is what the common name has beyond the surname; the certificate's own givenName holds the patronymic.
    `claimed_signing_time` is the signer's claim, never a ground.
    """

    iin: str | None
    bin: str | None
    surname: str | None
    given_name: str | None
    patronymic: str | None
    common_name: str | None
    organisation: str | None
    serial: str
    key_algorithm: str
    roles: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    issuer: str
    certificate_sha256: str
    claimed_signing_time: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Give plain JSON types: times in RFC 3339."""
        claimed = self.claimed_signing_time
        return {
            "iin": self.iin,
            "bin": self.bin,
            "surname": self.surname,
            "given_name": self.given_name,
            "patronymic": self.patronymic,
            "common_name": self.common_name,
            "organisation": self.organisation,
            "serial": self.serial,
            "key_algorithm": self.key_algorithm,
            "roles": list(self.roles),
            "not_before": self.not_before.isoformat(),
            "not_after": self.not_after.isoformat(),
            "issuer": self.issuer,
            "certificate_sha256": self.certificate_sha256,
            "claimed_signing_time": claimed.isoformat() if claimed else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read back what as_json wrote. Raises KeyError, TypeError or ValueError for anything else."""
        times = {
            key: datetime.fromisoformat(data[key]) if data[key] else None
            for key in ("not_before", "not_after", "claimed_signing_time")
        }
        return cls(**{**data, **times, "roles": tuple(data["roles"])})


def roles_of(certificate: Certificate) -> tuple[str, ...]:
    """List the NCA's role OIDs in the extended key usage."""
    return tuple(purpose for purpose in certificate.extended_key_usage or () if purpose.startswith(_ROLES))


def read(certificate: Certificate, key: PublicKey, claimed: datetime | None) -> Signer:
    """Read the facts. Raises Refused (iin-malformed, bin-malformed), der.Malformed for a name that is none."""
    parts: dict[str, list[str]] = {}
    for relative in names.read(certificate.subject):
        for kind, tag, content in relative:
            value = names.text(tag, content)
            if value is not None:
                parts.setdefault(kind, []).append(value)
    first = {kind: values[0] for kind, values in parts.items()}
    surname, common = first.get(names.SURNAME), first.get(names.COMMON_NAME)
    return Signer(
        iin=_number(parts.get(names.SERIAL_NUMBER, ()), _IIN, Code.IIN_MALFORMED),
        bin=_number(parts.get(names.UNIT, ()), _BIN, Code.BIN_MALFORMED),
        surname=surname,
        given_name=_given(common, surname),
        patronymic=first.get(names.GIVEN_NAME),
        common_name=common,
        organisation=first.get(names.ORGANISATION),
        serial=f"{certificate.serial:x}",
        key_algorithm=key.label,
        roles=roles_of(certificate),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        issuer=names.show(certificate.issuer),
        certificate_sha256=certificate.sha256.hex(),
        claimed_signing_time=claimed,
    )


def _given(common: str | None, surname: str | None) -> str | None:
    if common is None or surname is None or not common.startswith(surname + " "):
        return None
    return common[len(surname) + 1 :].strip() or None


def _number(values: tuple[str, ...] | list[str], prefix: str, code: Code) -> str | None:
    """Find the one number under its prefix. Two, or one that is not twelve digits, are no identity."""
    found = [value[len(prefix) :] for value in values if value.startswith(prefix)]
    if not found:
        return None
    number = found[0]
    if len(found) > 1 or len(number) != _DIGITS or not (number.isascii() and number.isdigit()):
        raise Refused(code, f"the certificate has two {prefix}s, or one that is not twelve digits")
    return number
