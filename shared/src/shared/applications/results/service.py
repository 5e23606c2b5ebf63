"""Say whether a result is genuine and in force, and give its file to whom it belongs."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from shared.applications.findings import open_file
from shared.applications.office import Office
from shared.applications.records import OpenCase, context
from shared.applications.results import repository
from shared.errors import NotFound, ProblemError
from shared.personal import KeyDestroyed
from shared.results import CodeMalformedError, parse_code


class ResultNotReady(ProblemError):
    """There is no sealed result of this application (yet)."""

    code = "result-not-ready"
    status = 404


class CodeUnknown(NotFound):
    """No result of ours carries this code: either mistyped, or the paper is not genuine."""

    code = "verification-code-unknown"


async def sealed_file(session: AsyncSession, case: OpenCase) -> tuple[bytes, str]:
    """Give the sealed PDF in force and its hash; raises ResultNotReady. Whose it is, the caller has checked."""
    row = await repository.current(session, case.id)
    if row is None:
        raise ResultNotReady
    return open_file(case.person, context("results", "content", row.id), row.content), row.sha256.hex()


async def verify(session: AsyncSession, office: Office, text: str) -> dict[str, Any]:
    """Tell what stands behind a code; raises CodeUnknown."""
    try:
        code = str(parse_code(text))
    except CodeMalformedError:
        raise CodeUnknown from None
    row = await repository.by_code(session, code)
    if row is None:
        raise CodeUnknown
    zone = ZoneInfo(row.issuer["zone"])
    return {
        "genuine": True,
        "in_force": row.state == "sealed",
        "state": "in-force" if row.state == "sealed" else "annulled",
        "code": row.code,
        "number": row.number,
        "kind": row.kind,
        "issuer": {"bin": row.provider, "names": row.issuer["names"]},
        "issued_on": row.sealed_at.astimezone(zone).date(),
        "annulled_at": row.annulled_at,
        "annulled_for": row.annulled_for,
        "patient": await _masked(session, office, row),
        "sha256": row.sha256.hex(),
    }


async def _masked(session: AsyncSession, office: Office, row: Any) -> str:
    """The result stays genuine when the person's data is gone; his name then is not known here any more."""
    try:
        person = await office.persons.get(session, row.person)
    except KeyDestroyed:
        return "***"
    return person.open(context("results", "masked", row.id), row.masked).decode()
