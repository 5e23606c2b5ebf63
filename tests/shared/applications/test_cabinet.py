"""The personal cabinet: one's own, and with a password alone only what this account filed itself."""

import base64
from hashlib import sha256

import pytest


class TestApplications:
    async def test_lists_the_newest_first_page_by_page(self, world, later):
        numbers = []
        for _ in range(5):
            numbers.append((await world.file(world.citizen())).json()["number"])
            later(seconds=1)
        seen, cursor = [], None
        while True:
            page = (
                await world.get(
                    "/applications", world.citizen(), params={"limit": 2, **({"cursor": cursor} if cursor else {})}
                )
            ).json()
            seen += [item["number"] for item in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert seen == numbers[::-1]

    async def test_can_be_continued_after_the_last_item_shown(self, world, later):
        for _ in range(3):
            await world.file(world.citizen())
            later(seconds=1)
        items = (await world.get("/applications", world.citizen())).json()["items"]
        cursor = f"{items[0]['filed_at']}~{items[0]['id']}"
        rest = (await world.get("/applications", world.citizen(), params={"cursor": cursor})).json()["items"]
        assert [item["id"] for item in rest] == [item["id"] for item in items[1:]]

    @pytest.mark.parametrize(("language", "text"), [("kk", "Тіркелді"), ("ru", None), ("en", None)])
    async def test_speaks_the_callers_language(self, world, language, text):
        await world.file(world.citizen())
        (item,) = (await world.get("/applications", world.citizen(), headers={"Accept-Language": language})).json()[
            "items"
        ]
        english = (await world.get("/applications", world.citizen())).json()["items"][0]
        assert (item["status"]["text"] != english["status"]["text"]) == (language != "en")
        assert item["due_trace"]

    async def test_shows_ones_own_whole(self, world):
        filed = (await world.file(world.citizen(), fields={"purpose": "place:7"})).json()
        shown = (await world.get(f"/applications/{filed['id']}", world.citizen())).json()
        assert (shown["fields"], shown["place"], shown["number"]) == (
            {"purpose": "place:7"},
            "place:7",
            filed["number"],
        )
        assert shown["patient"]["iin"] == world.citizen().actor.iin

    async def test_shows_each_step_with_its_limit_as_the_regulation_writes_it(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.check()
        steps = (await world.get(f"/applications/{filed['id']}", world.citizen())).json()["steps"]
        assert [(step["step"], step["performer"], step["limit"], step["state"]) for step in steps] == [
            ("check", "clerk", "30 m", "done"),
            ("examine", "doctor", "2 h", "open"),
        ]
        assert steps[0]["completed_at"] == "2026-03-16T10:00:00+05:00"

    async def test_shows_why_it_was_refused(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.complete("clerk", await world.task("clerk"), {"outcome": "refused", "ground": "documents-wrong"})
        notice = (await world.get(f"/applications/{filed['id']}", world.citizen())).json()["notice"]
        assert notice["number"].startswith("ATT-N-2026-")
        assert (notice["process"], notice["condition"]) == (6, 3)
        assert notice["ground"] == {"code": "documents-wrong", "text": "The documents are wrong"}

    async def test_knows_nothing_of_another_person(self, world):
        filed = (await world.file(world.citizen(1))).json()
        for path in ("", "/history", "/result", "/evidence"):
            answer = await world.get(f"/applications/{filed['id']}{path}", world.citizen(2))
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert (await world.get("/applications", world.citizen(2))).json()["items"] == []

    async def test_shows_a_password_login_only_what_it_filed_itself(self, world):
        filed = (await world.file(world.citizen())).json()
        same, other = world.citizen().with_password(), world.citizen().with_password("another account")
        assert len((await world.get("/applications", same)).json()["items"]) == 1
        assert (await world.get("/applications", other)).json()["items"] == []
        assert (await world.get(f"/applications/{filed['id']}", other)).status_code == 404
        await world.execute("UPDATE applications SET filed_by = 'staff'")
        assert (await world.get(f"/applications/{filed['id']}", same)).status_code == 404
        await world.execute("UPDATE applications SET filed_by = 'citizen', min_acr = 'certificate'")
        assert (await world.get(f"/applications/{filed['id']}", same)).status_code == 404
        assert (await world.get(f"/applications/{filed['id']}", world.citizen())).status_code == 200

    async def test_is_not_for_staff(self, world):
        assert (await world.get("/applications", world.staff("clerk"))).status_code == 403

    async def test_leaves_no_record_of_ones_own_reading(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.get(f"/applications/{filed['id']}", world.citizen())
        assert await world.rows("SELECT 1 FROM access_records") == []


class TestHistory:
    async def test_tells_what_happened_without_naming_staff(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.check()
        answer = await world.get(f"/applications/{filed['id']}/history", world.citizen())
        items = answer.json()["items"]
        assert [(item["version"], item["action"], item["state"], item["by"]) for item in items] == [
            (1, "file", "submitted", "citizen"), (2, "file", "registered", "citizen"),
            (3, "complete-step", "in_progress", "staff"),
        ]  # fmt: skip
        assert items[2]["title"] == "Check"
        assert "Дәрігеров" not in answer.text


class TestNotices:
    async def test_number_a_refusal_with_its_process_and_ground(self, world):
        filed = (await world.file(world.citizen())).json()
        await world.complete(
            "clerk", await world.task("clerk"), {"outcome": "refused", "ground": "documents-wrong", "note": "blurred"}
        )
        (notice,) = (await world.get("/notices", world.citizen())).json()["items"]
        assert notice["number"].startswith("ATT-N-2026-")
        assert (notice["kind"], notice["process"], notice["condition"]) == ("refusal", 6, 3)
        assert (notice["ground"], notice["ground_text"], notice["note"]) == (
            "documents-wrong",
            "The documents are wrong",
            "blurred",
        )
        assert set(notice["texts"]) == {"kk", "ru", "en"}
        assert notice["application"]["number"] == filed["number"]
        assert (await world.get("/notices", world.citizen(2))).json()["items"] == []
        assert (await world.get("/notices", world.citizen().with_password("other"))).json()["items"] == []


class TestAccessLog:
    async def test_says_who_looked(self, world, later):
        filed = (await world.file(world.citizen())).json()
        await world.task("clerk")
        items = (await world.get("/access-log", world.citizen())).json()["items"]
        assert {item["action"] for item in items} == {"tasks-listed", "task-claimed"}
        assert {(item["name"], item["provider_names"]["en"], item["application"]["number"]) for item in items} == {
            ("Дәрігеров Нұрлан", "Clinic 0", filed["number"])
        }
        assert (await world.get("/access-log", world.citizen(2))).json()["items"] == []

    async def test_needs_a_certificate(self, world):
        answer = await world.get("/access-log", world.citizen().with_password())
        assert (answer.status_code, answer.json()["code"]) == (403, "stronger-login-needed")


class TestEvidence:
    async def test_holds_the_exact_bytes_and_what_condition_2_saw(self, world):
        exact = world.document(world.citizen())
        filed = (await world.file(world.citizen(), exact=exact)).json()
        (item,) = (await world.get(f"/applications/{filed['id']}/evidence", world.citizen())).json()["items"]
        assert base64.b64decode(item["document"]) == exact
        assert item["sha256"] == sha256(exact).hexdigest()
        assert item["evidence"]["verdict"]["value"] == "valid"
        assert len(item["evidence"]["path"]) == 3
        assert [source["kind"] for source in item["revocation"]]
