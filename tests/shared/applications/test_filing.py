"""Accepting a signed application: once, whole, or not at all."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text


class TestFile:
    async def test_accepts_a_signed_application(self, world):
        answer = await world.file(world.citizen())
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert body["id"].startswith("att-")
        assert body["number"].startswith("ATT-2026-0")
        assert (body["state"], body["region"], body["service"]) == ("registered", "ulytau", "fitness")
        assert body["status"] == {"code": "registered", "text": body["status"]["text"]}
        assert body["filed_at"] == "2026-03-16T10:00:00+05:00"
        assert body["due_at"] is not None
        assert body["due_trace"]
