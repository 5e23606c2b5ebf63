"""What was signed earlier in an application: read, checked, and given to whoever acts next.

Each record holds the hash of the record before and of what was registered, so that whoever signs now signs over
everything so far. Before he is given anything to sign, each earlier one is checked: 1. the chain is unbroken and the
content unchanged, 2. the verdict of then is `valid`, 3. it names a person of that step's provider, in a role that the
step allows, 4. his certificate was good when he signed, by what is known of revocations now (the gateway's to say).
"""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from shared.applications.case import SignedStep
from shared.applications.records import OpenCase, context
from shared.applications.tasks.errors import EarlierSignatureRefused, EarlierSignaturesUnjudged
from shared.applications.tasks.models import SignedBefore
from shared.personal import salted_digest
from shared.results import Signatory

RECORD = "step-record"


def content_sha256(case: OpenCase) -> str:
    """Hash what was registered or applied for, in one form: it is fixed when the application is accepted.

    With a salt, since who signs a blind step could guess names and numbers, and compare.
    """
    salt = case.person.salt(context("applications", "content", case.id))
    return salted_digest(salt, orjson.dumps(dict(case.content), option=orjson.OPT_SORT_KEYS)).hex()


def opened(case: OpenCase, signed: SignedBefore) -> Mapping[str, Any]:
    """Open what is kept of a signature: document, signature, evidence, performer and name."""
    content: Mapping[str, Any] = case.person.open_json(
        context("signed_documents", "content", signed.id), signed.content
    )
    return content


def steps_signed(case: OpenCase, before: Sequence[SignedBefore]) -> tuple[SignedStep, ...]:
    """Read what the earlier performers stated, from what they signed and from nowhere else."""
    return tuple(_step(case, signed, opened(case, signed)) for signed in before if signed.kind == RECORD)


def _step(case: OpenCase, signed: SignedBefore, content: Mapping[str, Any]) -> SignedStep:
    record = _record(content)
    return SignedStep(
        step=record["step"],
        outcome=record["outcome"],
        data=record["data"],
        name=content["name"],
        signed_at=signed.received_at.astimezone(ZoneInfo(case.file.provider.zone)),
    )


def _record(content: Mapping[str, Any]) -> Mapping[str, Any]:
    record: Mapping[str, Any] = orjson.loads(base64.b64decode(content["document"]))
    return record


def check_chain(case: OpenCase, before: Sequence[SignedBefore]) -> tuple[Signatory, ...]:
    """Check 1 to 3 of what was signed earlier, and give whom the page names. Raises EarlierSignatureRefused.

    Who signed a step aside is not named: whoever is shown the page learns nothing of it.
    """
    previous, signers, aside = None, [], case.edition.steps_aside()
    for signed in before:
        content = opened(case, signed)
        if signed.kind == RECORD:
            _check_record(case, signed, content, previous)
        _check_signer(case, signed, content)
        previous = signed.sha256.hex()
        if signed.kind == RECORD and _record(content)["step"] in aside:
            continue
        role = case.edition.performers[content["performer"]].title
        when = signed.received_at.astimezone(ZoneInfo(case.file.provider.zone))
        signers.append(Signatory(name=content["name"], role_kk=role.kk, role_ru=role.ru, signed_at=when))
    return tuple(signers)


def _check_record(case: OpenCase, signed: SignedBefore, content: Mapping[str, Any], previous: str | None) -> None:
    document, record = base64.b64decode(content["document"]), _record(content)
    if sha256(document).digest() != signed.sha256 or record.get("previous_sha256") != previous:
        raise EarlierSignatureRefused
    if record.get("content_sha256") != content_sha256(case):
        raise EarlierSignatureRefused


def _check_signer(case: OpenCase, signed: SignedBefore, content: Mapping[str, Any]) -> None:
    verdict, performer = content["evidence"]["verdict"], case.edition.performers[content["performer"]]
    signer = verdict.get("signer") or {}
    if verdict.get("value") != "valid" or signer.get("bin") != signed.provider:
        raise EarlierSignatureRefused
    if not set(performer.certificate_roles) & set(signer.get("roles") or ()):
        raise EarlierSignatureRefused


def check_standing(before: Sequence[SignedBefore], judged: Mapping[str, bool] | None) -> None:
    """Check 4: compare with what the gateway says of the earlier signers' certificates, by hash of what they signed.

    Raises EarlierSignaturesUnjudged where it was not asked, or not about all of them, EarlierSignatureRefused.
    """
    wanted = {signed.sha256.hex() for signed in before if signed.kind == RECORD}
    if not wanted:
        return
    if judged is None or not wanted <= judged.keys():
        raise EarlierSignaturesUnjudged
    if not all(judged[each] for each in wanted):
        raise EarlierSignatureRefused


def to_judge(case: OpenCase, before: Sequence[SignedBefore]) -> list[dict[str, Any]]:
    """Give the gateway the path of each earlier signer, and when he signed."""
    return [
        {
            "sha256": signed.sha256.hex(),
            "received_at": signed.received_at,
            "path": opened(case, signed)["evidence"]["path"],
        }
        for signed in before
        if signed.kind == RECORD
    ]
