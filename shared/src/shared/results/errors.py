"""What can go wrong between a rendered page and a sealed result; each class states the fact."""


class ResultError(Exception):
    """A result document could not be made, signed or sealed. No message holds what stands on the page."""


class FormError(ResultError):
    """The form does not compile with the data that it was given: the service's template and its data disagree."""


class NotPreparedError(ResultError):
    """The file does not wait for the performer's signature: no empty `performer` field that covers all of it."""


class MalformedSignatureError(ResultError):
    """The CMS is not SignedData of exactly one signer with signed attributes, or cannot be written as DER unchanged."""


class ForeignSignatureError(ResultError):
    """The CMS signs other bytes than those of this document."""


class SignatureTooLongError(ResultError):
    """The CMS does not fit the room that the document keeps for it."""


class NotSignedError(ResultError):
    """The file does not end with the performer's signature over all of it, or that signature does not match."""


class SealingKeyError(ResultError):
    """The organisation's key cannot be read, does not belong to its certificate, or is of a kind that cannot seal."""


class CodeMalformedError(ResultError, ValueError):
    """The text is not a verification code, however it is read."""
