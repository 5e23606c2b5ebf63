"""Refusals of a registration."""

from shared.errors import ProblemError


class ProofNotReadable(ProblemError):
    """The signed document is no registration document."""

    code = "proof-not-readable"
    status = 422


class ProofOfAnotherPerson(ProblemError):
    """The IIN of the certificate, of the document and of the request are not one."""

    code = "proof-other-person"
    status = 422


class ProofAlreadyUsed(ProblemError):
    """The document registered this IIN before: were it good twice, whoever saw it could set a password of his own."""

    code = "proof-already-used"
    status = 409
