"""Settings that every owning service has for its case files."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from shared.settings import BaseUrl, Duration, ServiceSettings


class ApplicationsSettings(ServiceSettings):
    """What the case file needs besides the platform's settings; limits here are ours, not the decrees'."""

    seals: Path | None = None
    """Folder with `<bin>.p12` for each provider and `<bin>.pass` beside it: the seal keys (worker only)."""
    verify_url: str = "http://127.0.0.1:8000/api/v1/verify"
    """Public address of the verification route; the QR code on a result is this and `/<code>`."""
    upstream_attachment: BaseUrl | None = None
    """Where attachment-svc answers, which keeps the population register; without it nothing that needs it is done."""
    register_timeout: Duration = timedelta(seconds=2)
    """How long the register may take for an answer."""
    organisations: dict[str, str] = Field(default_factory=dict)
    """Who carries out the steps of another organisation: `{"zhambyl.regional-aids-centre": "<bin>"}`; the provider
    itself where that is empty. In production each organisation that an offered regulation names must be here."""
    qr_key: Path | None = None
    """Ed25519 private key (PEM) that signs what the QR code says; public keys of retired ones may follow it."""
    claim: timedelta = timedelta(minutes=30)
    """How long a claimed task is kept from others."""
    draft: timedelta = timedelta(minutes=30)
    """How long what was prepared may be signed."""
    arrived_within: timedelta = timedelta(hours=12)
    """How long after a visitor came, or called, staff may still register him."""
    document_bytes: int = Field(default=5 * 1024 * 1024, ge=1024)
    """Largest uploaded document."""
    document_life: timedelta = timedelta(hours=24)
    """How long an uploaded document waits for an application that names it."""
    unnamed_documents: int = Field(default=20, ge=1)
    """How many documents one person may have waiting."""
    seal_retry: timedelta = timedelta(seconds=30)
    """Pause after a failed seal; doubled with every try up to an hour."""
    overdue_every: timedelta = timedelta(seconds=5)
    claims_every: timedelta = timedelta(seconds=5)
    seal_every: timedelta = timedelta(seconds=1)
    random_ids: bool = False
    """Rows may belong to people who must stay unknown: ids then tell no time, nor do links of the chain."""
    chain_every: timedelta = timedelta(seconds=20)
    cleanup_every: timedelta = timedelta(minutes=5)
