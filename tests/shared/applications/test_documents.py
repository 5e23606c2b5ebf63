"""Supporting documents: only what is what it says, only one's own, and not for long."""

import struct
import zlib

import pytest

from shared.applications.documents.content import true_type
from shared.applications.sweeps import Sweeps
from shared.testing.identities import bin_


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0\0\0")) + chunk(b"IEND", b"")
)  # fmt: skip
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 30 + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"


async def upload(world, data=PNG, media_type="image/png", by=None, service="ulytau.fitness"):
    return await world.call(
        "POST",
        f"/documents?service={service}",
        by or world.citizen(),
        content=data,
        headers={"Content-Type": media_type},
    )


class TestTrueType:
    @pytest.mark.parametrize(
        ("data", "media_type"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (PDF, "application/pdf")]
    )
    def test_is_told_by_the_bytes(self, data, media_type):
        assert true_type(data) == media_type

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"GIF89a",
            b"MZ" + PDF,
            PNG[:-1],
            JPEG[:-2],
            PDF[:9],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"PK\x03\x04",
        ],
    )
    def test_is_none_for_everything_else(self, data):
        assert true_type(data) is None


class TestUpload:
    @pytest.mark.parametrize(
        ("data", "media_type"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (PDF, "application/pdf")]
    )
    async def test_keeps_one_document(self, world, data, media_type):
        answer = await upload(world, data, media_type)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["media_type"], answer.json()["size"]) == (media_type, len(data))
        (row,) = await world.rows("SELECT content FROM documents")
        assert data[:20] not in row.content
        back = await world.get(f"/documents/{answer.json()['id']}", world.citizen())
        assert (back.content, back.headers["content-disposition"]) == (data, "attachment")

    @pytest.mark.parametrize(
        ("data", "media_type", "service", "status", "code"),
        [
            (PNG, "image/gif", "ulytau.fitness", 415, "unsupported-media-type"),
            (PNG, "", "ulytau.fitness", 415, "unsupported-media-type"),
            (PNG, "image/jpeg", "ulytau.fitness", 422, "document-not-genuine"),
            (b"MZ\x90", "application/pdf", "ulytau.fitness", 422, "document-not-genuine"),
            (b"", "image/png", "ulytau.fitness", 400, "empty-body"),
            (b"\x89PNG" * 30_000, "image/png", "ulytau.fitness", 413, "body-too-large"),
            (PNG, "image/png", "ulytau.booking", 404, "service-not-offered"),
            (PNG, "image/png", "nowhere", 404, "service-not-offered"),
        ],
    )
    async def test_refuses_what_it_cannot_use(self, world, data, media_type, service, status, code):
        answer = await upload(world, data, media_type, service=service)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert await world.rows("SELECT 1 FROM documents") == []

    async def test_lets_only_so_many_wait(self, world):
        for _ in range(world.settings.unnamed_documents):
            assert (await upload(world)).status_code == 201
        answer = await upload(world)
        assert (answer.status_code, answer.json()["code"]) == (409, "documents-waiting")

    async def test_shows_a_document_to_nobody_else(self, world):
        document = (await upload(world)).json()["id"]
        assert (await world.get(f"/documents/{document}", world.citizen(2))).status_code == 404
        assert (await world.get(f"/documents/{document}", world.staff("clerk"))).status_code == 403


class TestName:
    async def test_attaches_a_document_to_the_application(self, world):
        kept = (await upload(world)).json()
        named = [{"id": kept["id"], "sha256": kept["sha256"]}]
        filed = await world.file(world.citizen(), documents=named)
        assert filed.status_code == 201, filed.text
        task = await world.task("clerk")
        assert task["documents"] == named
        path = f"/tasks/{task['id']}/documents/{kept['id']}"
        assert (await world.get(path, world.staff("clerk"))).content == PNG
        assert (await world.get(path, world.staff("clerk", bin_=bin_(number=2)))).status_code == 404
        assert (await world.get(path, world.staff("doctor"))).status_code == 403
        actions = [row.action for row in await world.rows("SELECT action FROM access_records")]
        assert actions.count("document-read") == 1

    async def test_takes_a_document_once(self, world, together):
        kept = (await upload(world)).json()
        named = [{"id": kept["id"], "sha256": kept["sha256"]}]
        answers = await together(*(world.file(world.citizen(), documents=named) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]

    @pytest.mark.parametrize("wrong", ["hash", "owner", "age"])
    async def test_refuses_a_document_that_cannot_be_used(self, world, later, wrong):
        kept = (await upload(world)).json()
        if wrong == "age":
            later(hours=24)
        named = [{"id": kept["id"], "sha256": "0" * 64 if wrong == "hash" else kept["sha256"]}]
        answer = await world.file(world.citizen(2 if wrong == "owner" else 1), documents=named)
        assert (answer.status_code, answer.json()["code"]) == (422, "document-not-usable")


class TestClean:
    async def test_removes_a_document_that_no_application_named_in_a_day(self, world, later):
        kept = (await upload(world)).json()
        await upload(world)
        await world.file(world.citizen(), documents=[{"id": kept["id"], "sha256": kept["sha256"]}])
        sweeps = Sweeps(world.office, world.database, world.clock)
        later(hours=23)
        await sweeps.clean()
        assert len(await world.rows("SELECT 1 FROM documents")) == 2
        later(hours=1, seconds=1)
        await sweeps.clean()
        assert len(await world.rows("SELECT 1 FROM documents")) == 1
