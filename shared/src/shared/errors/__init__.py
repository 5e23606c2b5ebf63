"""Every refusal of every service is an RFC 9457 problem with a stable code and a text in three languages.

An error is a class beside what raises it; its words lie in a `problems.toml` beside it or above it.
"""

from shared.errors.catalogue import LANGUAGES, Language, Text, missing_texts, text_of
from shared.errors.common import (
    Conflict,
    FieldError,
    Forbidden,
    InternalError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    ServiceAway,
    TooManyRequests,
    Unauthenticated,
)
from shared.errors.problem import ProblemError

__all__ = [
    "LANGUAGES",
    "Conflict",
    "FieldError",
    "Forbidden",
    "InternalError",
    "InvalidRequest",
    "Language",
    "MethodNotAllowed",
    "NotFound",
    "ProblemError",
    "ServiceAway",
    "Text",
    "TooManyRequests",
    "Unauthenticated",
    "missing_texts",
    "text_of",
]
