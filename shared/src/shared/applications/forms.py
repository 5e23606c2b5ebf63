"""The documents that people sign, one model for each purpose (docs/architecture.md, 4).

A signature made for one purpose is worth nothing for another: each model pins its `purpose` and the `audience`, and
unknown members are refused. `read_document` judges structure only; signatures, tokens and forms are judged elsewhere.
"""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.applications.ijson import MAX_BYTES, MAX_DEPTH, UnreadableDocument, read_ijson

AUDIENCE: Literal["shlyuz"] = "shlyuz"

Iin = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
"""Twelve digits; the check digit is judged where a person is created."""
Bin = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
PublicId = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}-[0-9a-f]{32}$")]
"""Owner's prefix and the hex of a UUID: `bkg-0192…`."""
Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
RequestId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
FormToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.=-]{1,2048}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PersonRef(_Part):
    """A person as a signed document names him: by IIN alone."""

    iin: Iin


class DocumentRef(_Part):
    """An uploaded document that the signature covers by its hash."""

    id: PublicId
    sha256: Sha256Hex


class ApplicationDocument(_Part):
    """What a citizen signs to apply: who applies, about whom, for which service, where, with which answers."""

    purpose: Literal["application"]
    audience: Literal["shlyuz"]
    request_id: RequestId
    applicant: PersonRef
    patient: PersonRef
    region: Code
    service: Code
    provider: Bin
    fields: dict[str, Any]
    documents: Annotated[tuple[DocumentRef, ...], Field(max_length=20)] = ()
    form_token: FormToken


class WithdrawalDocument(_Part):
    """What a citizen signs to take an application back."""

    purpose: Literal["withdrawal"]
    audience: Literal["shlyuz"]
    request_id: RequestId
    applicant: PersonRef
    application: PublicId
    fields: dict[str, Any] = {}
    form_token: FormToken


class RescheduleDocument(_Part):
    """What a citizen signs to move an appointment; `fields` names the new time as the service's form asks."""

    purpose: Literal["reschedule"]
    audience: Literal["shlyuz"]
    request_id: RequestId
    applicant: PersonRef
    application: PublicId
    fields: dict[str, Any]
    form_token: FormToken


class RegistrationDocument(_Part):
    """What a citizen signs to register with his certificate, or to take over his IIN."""

    purpose: Literal["registration"]
    audience: Literal["shlyuz"]
    request_id: RequestId
    applicant: PersonRef
    form_token: FormToken


class LoginChallenge(_Part):
    """What a person signs to log in: ours, one use, five minutes; the IIN is read from the certificate."""

    purpose: Literal["login"]
    audience: Literal["shlyuz"]
    challenge_id: str
    nonce: str
    expires_at: datetime


class StepRecord(_Part):
    """What a performer signs who carries out a step whose outcome is no PDF.

    A blind step names the marks of what was worked on (a sample's code) in place of application and number.
    `previous_sha256` chains the records of one application: the hash of the record (or PDF) signed before this one;
    `content_sha256` is the hash of what was applied for, so that each signs over everything so far.
    """

    purpose: Literal["step-record"]
    audience: Literal["shlyuz"]
    signable_id: PublicId
    application: PublicId | None = None
    number: str | None = None
    marks: dict[str, str] | None = None
    task: PublicId
    region: Code
    service: Code
    provider: Bin
    edition: str
    step: str
    performer: Code
    outcome: Code
    ground: str | None = None
    data: dict[str, Any]
    content_sha256: Sha256Hex
    previous_sha256: Sha256Hex | None = None
    prepared_at: datetime


Form = TypeVar("Form", bound=_Part)


def read_document(form: type[Form], data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Form:
    """Read the exact signed bytes as the given form.

    Raises UnreadableDocument: the codes of `read_ijson`; `document-wrong-purpose` when it was made for another
    purpose or audience; `document-shape` (with a JSON Pointer) when a member is missing, unknown or malformed.
    """
    value = read_ijson(data, max_bytes=max_bytes, max_depth=max_depth)
    try:
        return form.model_validate(value)
    except ValidationError as error:
        raise _as_unreadable(error) from None


def _as_unreadable(error: ValidationError) -> UnreadableDocument:
    first = min(error.errors(include_url=False, include_input=False), key=lambda each: each["loc"][:1] != ("purpose",))
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in first["loc"])
    code = "document-wrong-purpose" if pointer in {"/purpose", "/audience"} else "document-shape"
    return UnreadableDocument(code, pointer)


def write_document(form: BaseModel) -> bytes:
    """Write the bytes that a person is given to sign: sorted members, no spaces, UTF-8, absent instead of null."""
    value = form.model_dump(mode="json", exclude_none=True)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def sha256_hex(data: bytes) -> str:
    """Hash the exact bytes: the replay key's second half, and what a signer is shown."""
    return hashlib.sha256(data).hexdigest()
