"""Who applies for a patient that cannot do it himself: by what right, and how that was shown.

The right is the register's, or a document's that staff see, unless the register revoked it: at the window before they
register, on the portal at the step of a service that judges such documents (`case.JudgesRepresentation`). Where the
regulation lets anybody ask for another person, his word is enough. A case holds it for as long as it lives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from shared.applications.case import JudgesRepresentation, ServiceModule
from shared.applications.register import NoRight, Standing
from shared.errors import ProblemError
from shared.personal import Person
from shared.procedure import Right
from shared.web import Actor

Names = Mapping[str, str | None]
"""`surname`, `given_name` and `patronymic`."""
_CODES: Mapping[NoRight, str] = {
    "not-recorded": "representation-not-recorded",
    "not-begun": "representation-not-begun",
    "ended": "representation-over",
    "revoked": "representation-withdrawn",
    "dead": "patient-recorded-dead",
}
NO_DOCUMENT_HELPS: frozenset[NoRight | None] = frozenset({"revoked", "dead"})
"""Where the register says this, a document that staff see shows no right."""


class RepresentationRefused(ProblemError):
    """Applicant and patient differ, and no right to act for him holds."""

    status = 422
    variants = tuple(_CODES.values())

    @classmethod
    def for_(cls, reason: NoRight | None) -> "RepresentationRefused":
        """Say it in the words of the reason."""
        return cls(code=_CODES[reason or "not-recorded"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Representative:
    """The applicant as the one who acts; `kind` is None where the right is only said, `proof` what staff saw.

    `until` is the first day without the right. `names` are the patient's.
    """

    name: str
    shown_by: Literal["register", "document", "application", "word"]
    kind: str | None
    until: date | None = None
    proof: Mapping[str, str] | None = None
    names: Names = field(repr=False)

    def own(self) -> dict[str, Any]:
        """Write who acts, as the case file has it (`case.CaseFile.representative`)."""
        return {
            "name": self.name,
            "kind": self.kind,
            "shown_by": self.shown_by,
            "until": self.until.isoformat() if self.until else None,
            "proof": dict(self.proof) if self.proof else None,
        }

    def content(self) -> dict[str, Any]:
        """Write the members that it adds to a case's content: the patient's name, and who acts for him."""
        return {"name": full_name_of(self.names), "names": dict(self.names), "representative": self.own()}

    def acting(self, actor: Actor) -> Actor:
        """Give the actor as the patient's access log shows him: by name and kind of right."""
        return acting(actor, self.own())


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whose keys an application is kept under: it is the patient's, and the applicant finds it too."""

    applicant: Person
    patient: Person


def by_register(standing: Standing, *, name: str) -> Representative:
    """Take the right from the register's answer; raises RepresentationRefused when there is none."""
    if standing.reason is not None:
        raise RepresentationRefused.for_(standing.reason)
    return Representative(
        name=name, shown_by="register", kind=standing.kind, until=standing.until, names=standing.names
    )


def by_register_or_claim(
    standing: Standing, module: ServiceModule, fields: Mapping[str, Any], *, name: str
) -> Representative:
    """Take the right from the register, or as claimed where there is no record of it and the service judges claims.

    Whether papers came with the claim is the caller's to check. Raises RepresentationRefused.
    """
    if standing.reason == "not-recorded" and isinstance(module, JudgesRepresentation):
        return Representative(name=name, shown_by="application", kind=None, names=module.patient_named(fields))
    return by_register(standing, name=name)


def by_document(
    rule: Right, proof: Mapping[str, str], *, born: date, on: date, name: str, names: Names
) -> Representative:
    """Take the right from a document that staff saw; raises RepresentationRefused when the patient is of age."""
    until = rule.ends_on(born, on)
    if until is not None and until <= on:
        raise RepresentationRefused.for_("ended")
    return Representative(name=name, shown_by="document", kind=rule.kind, until=until, proof=proof, names=names)


def by_word(*, name: str, names: Names) -> Representative:
    """Take a caller at his word, where the regulation asks for nothing to be shown."""
    return Representative(name=name, shown_by="word", kind=None, names=names)


def full_name_of(names: Names) -> str:
    """Write a name as people do: surname, given name, patronymic."""
    return " ".join(part for key in ("surname", "given_name", "patronymic") if (part := names.get(key)))


def shown_representative(representative: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Give of a case's representative what patient, applicant and staff see."""
    if representative is None:
        return None
    return {key: representative[key] for key in ("name", "kind", "shown_by")}


def acting(actor: Actor, representative: Mapping[str, Any]) -> Actor:
    """Give a citizen as the one who acts for another: `representative` is the case's member of that name."""
    return Actor(
        kind=actor.kind, account_id=actor.account_id, session_id=actor.session_id, iin=actor.iin, acr=actor.acr,
        roles=frozenset({representative["kind"] or "representative"}), name=representative["name"],
    )  # fmt: skip
