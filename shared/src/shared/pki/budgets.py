"""How much condition 2 takes in, and how long revocation data serve. Settings of the trust configuration."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """Sizes in bytes, counts, and ages. The defaults are ours, the ages those of docs/condition-2.md, step 8."""

    document_bytes: int = 32 * 1024 * 1024
    signature_bytes: int = 1024 * 1024 + 32 * 1024 * 1024
    certificate_bytes: int = 64 * 1024
    certificates: int = 8
    path_length: int = 8
    paths: int = 16
    list_bytes: int = 256 * 1024 * 1024
    answer_bytes: int = 64 * 1024
    list_age: timedelta = timedelta(hours=24)
    answer_age: timedelta = timedelta(seconds=3600)
    clock_skew: timedelta = timedelta(seconds=60)
