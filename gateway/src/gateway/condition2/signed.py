"""A signed document as requests carry it: the exact bytes and the CMS over them, both in base64."""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.condition2.errors import SignatureNotBase64

_LONGEST_DOCUMENT = 128 * 1024
_LONGEST_SIGNATURE = 256 * 1024

Base64 = Annotated[str, Field(min_length=1, json_schema_extra={"contentEncoding": "base64"})]


class SignedDocument(BaseModel):
    """What a person signed, and the signature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: Annotated[Base64, Field(max_length=_LONGEST_DOCUMENT, description="The exact bytes that were signed.")]
    signature: Annotated[
        Base64,
        Field(max_length=_LONGEST_SIGNATURE, description="CMS SignedData over them, DER, detached or enveloping."),
    ]

    def read(self) -> "Signed":
        return Signed(document=decoded(self.document), signature=decoded(self.signature))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    document: bytes
    signature: bytes


def decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureNotBase64 from None
