"""Why the register cannot say or do something."""

from shared.errors import ProblemError


class PersonNotInRegister(ProblemError):
    code = "person-not-in-register"
    status = 404


class PersonAlreadyInRegister(ProblemError):
    code = "person-already-in-register"
    status = 409


class PersonDead(ProblemError):
    """Nothing more can happen to the person."""

    code = "person-dead"
    status = 409


class PersonOfAnotherProvider(ProblemError):
    """Only where somebody is enrolled is his entry kept."""

    code = "person-of-another-provider"
    status = 403


class IinOfAnother(ProblemError):
    """The new IIN belongs to somebody whom this service knows already."""

    code = "iin-of-another"
    status = 409


class AlreadyAttachedHere(ProblemError):
    code = "already-attached-here"
    status = 409


class AddressOutsideDistricts(ProblemError):
    """None of the provider's districts has the house."""

    code = "address-outside-districts"
    status = 409


class PeriodsOutOfOrder(ProblemError):
    """A period would begin before the one before it, or end before it began."""

    code = "periods-out-of-order"
    status = 409
