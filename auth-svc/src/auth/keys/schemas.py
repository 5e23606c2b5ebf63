"""The JWKS as RFC 7517 and RFC 8037 write it."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import BaseModel

from auth.keys.service import PublicKey


class Jwks(BaseModel):
    keys: list[dict[str, Any]]

    @classmethod
    def of(cls, keys: Sequence[PublicKey]) -> Self:
        return cls(keys=[dict(key.jwk()) for key in keys])
