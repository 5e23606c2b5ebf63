"""What condition 2 saw, in one file that anyone can check years later on a machine that knows only the anchors.

The file is JSON: document, signature, expectation, verdict with its path, and every list or answer that was used. It is
checked by carrying out condition 2 again, at the recorded time, with the recorded data: nothing in the file is believed
but the time and when the lists were fetched, which the application's history and audit chain bear witness to.
An application's file holds all that was signed in its course as `items`, and each list or answer once for all of them.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from shared.pki import certificate
from shared.pki.certificate import Certificate
from shared.pki.der import Malformed
from shared.pki.expectation import Expectation
from shared.pki.ocsp import FetchedAnswer
from shared.pki.revocation import ListRefused, RevocationIndex, read_list
from shared.pki.trust import Trust
from shared.pki.verdict import Evidence, Source, SourceKind, Verdict
from shared.pki.verifier import Verifier

FORMAT: Final = "shlyuz-evidence-1"
APPLICATION_FORMAT: Final = "shlyuz-application-evidence-1"
_MAX_BUNDLE: Final = 1024 * 1024 * 1024
_MAX_PATH: Final = 8
_MAX_SIGNERS: Final = 32
_MAX_ITEMS: Final = 1000


class BundleFault(StrEnum):
    """Why a bundle is refused before anything in it is judged."""

    TOO_LARGE = "bundle-too-large"
    MALFORMED = "bundle-malformed"
    PART_MISSING = "bundle-part-missing"
    PART_CHANGED = "bundle-part-changed"
    CERTIFICATE_MALFORMED = "bundle-certificate-malformed"


class BundleUnreadable(ValueError):
    """The bundle is refused: no bundle, or its parts have not the hashes that it gives them. `code` is stable."""

    def __init__(self, code: BundleFault, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Reexamination:
    """The verdict of then, the verdict of the same data now, and whether they say the same about the same signer."""

    recorded: Verdict
    now: Verdict

    @property
    def agrees(self) -> bool:
        return (self.recorded.code, self.recorded.signer) == (self.now.code, self.now.signer)


def build(
    *, document: bytes, signature: bytes, expect: Expectation, verdict: Verdict, revocation: Mapping[str, bytes]
) -> bytes:
    """Write a bundle. `revocation` gives the bytes of every list and answer in `verdict.evidence`, by SHA-256 in hex.

    Raises KeyError when one of them is missing: a bundle without it could not be checked.
    """
    used = {source.sha256: _text(revocation[source.sha256]) for source in verdict.evidence.revocation}
    return json.dumps(
        {
            "format": FORMAT,
            "document": _text(document),
            "signature": _text(signature),
            "expectation": expect.as_json(),
            "verdict": verdict.as_json(),
            "revocation": used,
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def verify(bundle: bytes, trust: Trust) -> Reexamination:
    """Carry out condition 2 again. Of `trust` anchors and budgets are taken; intermediates and the signers of lists
    come from the bundle and must lead to an anchor. A list that cannot be used counts as absent, so that the verdicts
    differ. Raises BundleUnreadable, and nothing else whatever the bytes are.
    """
    return _examine(_read(bundle, FORMAT), trust)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One signed document of an application: what it is, and what its examination now gives."""

    kind: str
    result: Reexamination


def is_application(bundle: bytes) -> bool:
    """Tell an application's file from one signature's: base64 has no hyphen, so nothing else can hold the name."""
    return APPLICATION_FORMAT.encode() in bundle


def verify_application(bundle: bytes, trust: Trust) -> tuple[Item, ...]:
    """Carry out condition 2 again for each signed document of an application, as `verify` does for one.

    Raises BundleUnreadable, also for a file without any: it would show nothing.
    """
    parts = _read(bundle, APPLICATION_FORMAT)
    items = parts.get("items")
    if not isinstance(items, list) or not 0 < len(items) <= _MAX_ITEMS or not all(isinstance(i, dict) for i in items):
        raise BundleUnreadable(BundleFault.MALFORMED, "no signed documents, or too many")
    shared = {"revocation": parts.get("revocation")}
    return tuple(Item(kind=str(item.get("kind")), result=_examine({**item, **shared}, trust)) for item in items)


def _examine(parts: Mapping[str, Any], trust: Trust) -> Reexamination:
    try:
        recorded = Verdict.from_json(parts["verdict"])
        expect = Expectation.from_json(parts["expectation"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise BundleUnreadable(BundleFault.MALFORMED, "the verdict or the expectation cannot be read") from None
    document, signature = _bytes(parts.get("document")), _bytes(parts.get("signature"))
    held = recorded.evidence
    if (_hash(document), _hash(signature)) != (held.document_sha256, held.signature_sha256):
        raise BundleUnreadable(BundleFault.PART_CHANGED, "document or signature is not the one that was judged")
    narrowed = replace(trust, intermediates=_intermediates(held), lists=(), responders=())
    index, answers = _sources(parts.get("revocation"), held.revocation, narrowed)
    verdict = Verifier(narrowed, index).verify(document, signature, at=held.at, expect=expect, answers=answers)
    return Reexamination(recorded=recorded, now=verdict)


def _read(bundle: bytes, format_: str) -> Mapping[str, Any]:
    if len(bundle) > _MAX_BUNDLE:
        raise BundleUnreadable(BundleFault.TOO_LARGE, "a bundle of absurd size")
    try:
        parts = json.loads(bundle)
    except (ValueError, RecursionError):
        raise BundleUnreadable(BundleFault.MALFORMED, "not JSON") from None
    if not isinstance(parts, dict) or parts.get("format") != format_:
        raise BundleUnreadable(BundleFault.MALFORMED, f"not of the format {format_}")
    return parts


def _intermediates(held: Evidence) -> tuple[Certificate, ...]:
    if len(held.path) > _MAX_PATH or len(held.list_signers) > _MAX_SIGNERS:
        raise BundleUnreadable(BundleFault.MALFORMED, "a path of absurd length")
    try:
        return tuple(certificate.parse(data) for data in (*held.path[1:-1], *held.list_signers))
    except Malformed as fault:
        raise BundleUnreadable(BundleFault.CERTIFICATE_MALFORMED, f"a certificate of the path: {fault}") from None


def _sources(data: Any, sources: tuple[Source, ...], trust: Trust) -> tuple[RevocationIndex, tuple[FetchedAnswer, ...]]:
    if not isinstance(data, dict):
        raise BundleUnreadable(BundleFault.PART_MISSING, "the revocation data are missing")
    index, answers = RevocationIndex(), []
    for source in sources:
        held = _bytes(data.get(source.sha256))
        if _hash(held) != source.sha256:
            raise BundleUnreadable(BundleFault.PART_CHANGED, "a list or answer is not the one that was used")
        if source.kind is SourceKind.ANSWER:
            answers.append(FetchedAnswer(data=held, fetched_at=source.fetched_at))
            continue
        try:
            index.put(read_list(held, trust=trust, fetched_at=source.fetched_at))
        except ListRefused:
            continue
    return index, tuple(answers)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str):
        raise BundleUnreadable(BundleFault.PART_MISSING, "a part is missing")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BundleUnreadable(BundleFault.MALFORMED, "a part is not base64") from None
