"""Why an application is not accepted; nothing is used up by any of these."""

from shared.errors import ProblemError


class NotTheApplicant(ProblemError):
    """The document names another applicant than the person of the session (condition 2: identity match)."""

    code = "not-the-applicant"
    status = 422
    condition = 2


class ProviderUnknown(ProblemError):
    """There is no such provider in the region, or it does not offer the service."""

    code = "provider-unknown"
    status = 404


class EditionChanged(ProblemError):
    """The form was given for another edition of the regulation than the one in force at the filing."""

    code = "edition-changed"
    status = 409


class DocumentsRefused(ProblemError):
    """More documents are named than the regulation takes, or one that cannot be used."""

    status = 422
    variants = ("documents-too-many", "document-not-usable")


class Repeated(Exception):
    """Another request committed the same document, or the same key, while this one was at work."""
