"""Rooms that can be taken once: a table, a constraint that decides, an event, and the routes."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, Field
from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid, insert, select, text
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response

from shared.db import new_id, new_metadata, parse_public_id, public_id, violated
from shared.errors import NotFound, ProblemError
from shared.events import ApplicationSubmitted, application_topic
from shared.web import (
    Assertion,
    Here,
    IdempotencyKey,
    IdempotencyKeyReused,
    Lang,
    Now,
    Router,
    Session,
    allow,
    claim_answer,
    problems,
)

metadata = new_metadata()
rooms = Table(
    "rooms",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("guest", Text, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
)
entries = Table(
    "entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("room_id", Uuid, nullable=False),
)

router = Router(prefix="/rooms", tags=["rooms"])
Gateway = Annotated[Assertion, Depends(allow("gateway"))]


class RoomAlreadyTaken(ProblemError):
    """Another guest has the room."""

    code = "room-already-taken"
    status = 409


class Wish(BaseModel):
    """What a guest sends."""

    number: int = Field(ge=1, le=999)
    guest: str = Field(min_length=1, max_length=40)


class Room(BaseModel):
    """What a guest is answered."""

    id: str
    number: int


@router.post("", status_code=201, responses=problems(RoomAlreadyTaken, IdempotencyKeyReused))
async def take(
    request: Request, wish: Wish, session: Session, now: Now, caller: Gateway, here: Here, key: IdempotencyKey
) -> Response:
    """Take a room; the constraint decides who is first."""
    claim = await claim_answer(session, scope=f"{caller.caller}:rooms", key=key, body=await request.body())
    if claim.answer is not None:
        return claim.answer.response()
    room = new_id()
    try:
        await session.execute(insert(rooms).values(id=room, number=wish.number, guest=wish.guest, taken_at=now))
    except IntegrityError as error:
        if violated(error) == "uq_rooms_number":
            raise RoomAlreadyTaken(number=wish.number, extra={"free": [wish.number + 1]}) from error
        raise
    await session.execute(insert(entries).values(id=new_id(), room_id=room))
    await here.outbox.publish(session, _submitted(room), topic=application_topic("booking"), at=now)
    body = Room(id=public_id("smp", room), number=wish.number).model_dump_json().encode()
    await claim.remember(session, status=201, body=body)
    return Response(body, 201, media_type="application/json")


@router.get("/{room}", responses=problems(NotFound))
async def read(room: str, session: Session, caller: Gateway, lang: Lang) -> Room:
    """Show a room."""
    del caller, lang
    number = (
        await session.execute(select(rooms.c.number).where(rooms.c.id == parse_public_id("smp", room)))
    ).scalar_one_or_none()
    if number is None:
        raise NotFound
    return Room(id=room, number=number)


@router.post("/late-failure")
async def late_failure(session: Session, caller: Gateway) -> dict[str, str]:
    """Do something whose fault shows only when the transaction is committed."""
    del caller
    await session.execute(text("INSERT INTO deferred (id, room_id) VALUES (gen_random_uuid(), gen_random_uuid())"))
    return {"state": "done"}


@router.get("/{room}/guest")
async def guest(room: str, caller: Gateway) -> dict[str, str | None]:
    """Tell for whom the gateway asks."""
    return {"room": room, "account": caller.person.account_id, "caller": caller.caller}


def _submitted(room: UUID) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        application_id=public_id("smp", room), provider_bin="000000000000", region="sample", service="sample",
        state="submitted", aggregate_version=1,
    )  # fmt: skip
