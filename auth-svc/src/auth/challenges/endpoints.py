"""`POST /auth/challenge`, and the look at it for the gateway, which verifies the signature over it."""

from fastapi import Depends, Response

from auth.challenges.schemas import GivenChallenge
from auth.challenges.service import ChallengeNotFound, Challenges
from shared.web import Here, Now, Router, Session, allow, problems

router = Router(tags=["sessions"], dependencies=[Depends(allow("gateway"))])


@router.post("/auth/challenge", status_code=201)
async def give_challenge(session: Session, now: Now, here: Here) -> GivenChallenge:
    return GivenChallenge.of(await Challenges(session).give(here.settings.challenge_life, now))


@router.get("/internal/challenges/{challenge_id}", responses=problems(ChallengeNotFound))
async def show_challenge(challenge_id: str, session: Session, now: Now) -> Response:
    document = await Challenges(session).document(challenge_id, now)
    return Response(document, media_type="application/json", headers={"Cache-Control": "no-store"})
