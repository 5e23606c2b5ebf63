"""Registering who comes to the window: the clock from the arrival, the first step at once, the cabinet afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.testing.identities import iin

OTHER = "990140000002"
NOBODY = {"surname": "Қасым", "given_name": "Әлия"}


@pytest.fixture
def register(world):
    """Let someone of the staff register the citizen: `await register(by, key="k", arrived_at=…)`."""

    async def send(by=None, *, key=None, **changes):
        visit = {
            "region": "ulytau", "service": "fitness", "channel": "direct", "arrived_at": "2026-03-16T09:58:00+05:00",
            "applicant": {"iin": world.citizen().actor.iin, "surname": "Серікқызы", "given_name": "Айгүл"},
            "fields": {"purpose": "work"},
        }  # fmt: skip
        headers = {"Idempotency-Key": key} if key else {}
        return await world.post(
            "/workstation/applications", by or world.staff("clerk"), {**visit, **changes}, headers=headers
        )

    return send


async def written(world):
    return [len(await world.rows(f"SELECT 1 FROM {table}")) for table in ("applications", "tasks", "history", "outbox")]  # noqa: S608 - our own tables


class TestRegister:
    async def test_accepts_the_visitor_and_starts_the_clock_at_his_arrival(self, world, register):
        answer = await register()
        assert answer.status_code == 201, answer.text
        body = answer.json()
        assert (body["state"], body["channel"]) == ("registered", "direct")
        assert body["filed_at"] == body["arrived_at"] == "2026-03-16T09:58:00+05:00"
        (task,) = await world.rows("SELECT due_at FROM tasks")
        assert task.due_at == datetime(2026, 3, 16, 4, 58, tzinfo=UTC) + timedelta(minutes=30)

    async def test_starts_the_clock_now_where_no_arrival_is_stated(self, world, register):
        assert (await register(arrived_at=None)).json()["arrived_at"] == "2026-03-16T10:00:00+05:00"

    async def test_gives_the_first_step_to_the_registrar(self, world, register):
        by = world.staff("clerk")
        task = (await register(by)).json()["task"]
        shown = (await world.get(f"/tasks/{task}", by)).json()
        assert (shown["claimed_by"], shown["step"], shown["channel"]) == (by.actor.account_id, "check", "direct")
        assert shown["patient"]["name"] == "Серікқызы Айгүл"
        done = await world.complete("clerk", {"id": task}, {"outcome": "checked"})
        assert done.status_code == 200, done.text

    async def test_writes_everything_together_and_keeps_no_signed_document(self, world, register):
        await register(key="k")
        assert await world.events() == ["submitted", "registered", "step-opened", "step-claimed"]
        assert await world.rows("SELECT 1 FROM signed_documents") == []
        (row,) = await world.rows("SELECT filed_by, account, document_sha256, min_acr FROM applications")
        account = world.staff("clerk").actor.account_id
        assert tuple(row) == ("staff", account, None, "certificate")
        actors = await world.rows("SELECT DISTINCT actor_kind, actor FROM history")
        assert [tuple(each) for each in actors] == [("staff", account)]

    async def test_leaves_an_access_record(self, world, register):
        await register()
        log = (await world.get("/access-log", world.citizen())).json()["items"]
        assert [each["action"] for each in log] == ["application-registered"]

    async def test_stores_nothing_about_the_person_in_clear(self, world, register):
        await register(key="k")
        for table in ("applications", "tasks", "history", "outbox", "answers", "access_records"):
            stored = "\n".join(row.found for row in await world.rows(f"SELECT t::text AS found FROM {table} t"))  # noqa: S608 - as above
            for secret in (world.citizen().actor.iin, "Серікқызы"):
                assert secret not in stored
                assert secret.encode().hex() not in stored

    async def test_shows_it_in_the_cabinet_of_who_logs_in_with_his_certificate(self, world, register):
        filed = (await register()).json()
        citizen = world.citizen()
        shown = (await world.get(f"/applications/{filed['id']}", citizen)).json()
        assert (shown["number"], shown["channel"]) == (filed["number"], "direct")
        assert (await world.get("/applications", citizen.with_password())).json()["items"] == []
        assert (await world.get(f"/applications/{filed['id']}", world.citizen(2))).status_code == 404

    async def test_enters_the_name_that_staff_read_in_the_journal(self, world, register):
        task = (await register()).json()["task"]
        await world.complete("clerk", {"id": task}, {"outcome": "checked"})
        keeper = world.staff("journal_keeper")
        (row,) = (await world.get("/journals/fitness-register", keeper, params={"year": 2026})).json()["items"]
        assert (row["values"]["surname"], row["values"]["purpose"]) == ("Серікқызы", "work")

    async def test_lets_the_service_take_what_is_named(self, world, register):
        assert (await register(fields={"purpose": "place:1"})).json()["place"] == "place:1"
        refused = await register(fields={"purpose": "place:1"}, key="k")
        assert (refused.status_code, refused.json()["next_free"]) == (409, ["place:other"])
        assert [len(await world.rows(f"SELECT 1 FROM {table}")) for table in ("applications", "answers")] == [1, 0]  # noqa: S608 - as above


class TestAKey:
    async def test_gets_the_same_answer_for_the_same_request(self, world, register, later):
        first = await register(key="k", fields={"purpose": "place:1"})
        later(hours=20)
        again = await register(key="k", fields={"purpose": "place:1"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert (await written(world))[:2] == [1, 1]

    async def test_gets_one_effect_however_many_come_at_once(self, world, register, together):
        answers = await together(*(register(key="k", fields={"purpose": "place:1"}) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert (await written(world))[:2] == [1, 1]

    async def test_is_refused_with_another_request(self, world, register):
        await register(key="k")
        refused = await register(key="k", fields={"purpose": "other"})
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")

    async def test_is_one_staff_members_own(self, world, register):
        await register(key="k")
        assert (await register(world.staff("clerk", 2), key="k")).status_code == 201
        assert (await written(world))[0] == 2


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"arrived_at": "2026-03-16T10:00:01+05:00"}, 422, "arrival-in-the-future"),
            ({"arrived_at": "9999-12-31T23:59:59-14:00"}, 422, "arrival-in-the-future"),
            ({"arrived_at": "2026-03-15T21:59:59+05:00"}, 422, "arrival-too-long-ago"),
            ({"arrived_at": "0001-01-01T00:00:00+14:00"}, 422, "arrival-too-long-ago"),
            ({"arrived_at": "2026-03-16T09:58:00"}, 422, "invalid-request"),
            ({"channel": "phone"}, 404, "channel-not-offered"),
            ({"channel": "portal"}, 422, "invalid-request"),
            ({"region": "akmola"}, 404, "provider-unknown"),
            ({"service": "booking"}, 404, "service-not-offered"),
            ({"applicant": {"iin": "900101400011", **NOBODY}}, 422, "iin-invalid"),
            ({"patient": {"iin": iin(birth=date(1990, 1, 1), number=77)}}, 422, "representation-not-recorded"),
            ({"fields": {}}, 422, "invalid-request"),
            ({"fields": {"purpose": "work", "slot": "x"}}, 422, "invalid-request"),
            ({"fields": {"purpose": "turned\u202eround"}}, 422, "invalid-request"),
            ({"provider": OTHER}, 422, "invalid-request"),
        ],
    )
    async def test_write_nothing(self, world, register, changes, status, code):
        answer = await register(**changes)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert await written(world) == [0, 0, 0, 0]

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("", "too-short"), ("   ", "too-short"), ("Ә" * 500, "too-long"), ("Али\u0007я", "pattern"),
            ("Али\u200fя", "pattern"), ("Али\u200dя", "invalid"), ("<b>Алия</b>", "pattern"), ("Алия&amp;", "pattern"),
            ("Алия\u202eЯила", "pattern"), ("Али\nя", "pattern"), ("-", "pattern"), ("Алия 2", "pattern"), (7, "type"),
        ],
    )  # fmt: skip
    async def test_name_the_part_of_a_name_that_is_none(self, world, register, name, code):
        applicant = {"iin": world.citizen().actor.iin, "surname": "Қасым", "given_name": name}
        answer = await register(applicant=applicant)
        assert answer.status_code == 422
        (fault,) = answer.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/applicant/given_name", code)

    @pytest.mark.parametrize("name", ["О'Коннор", "Ким-Ли", "Жұмабек ұлы", "Ш.", "Ibn Sina"])
    async def test_spare_names_that_people_have(self, world, register, name):
        applicant = {"iin": world.citizen().actor.iin, "surname": f" {name} "}
        answer = await register(applicant=applicant)
        assert answer.status_code == 201, answer.text
        shown = (await world.get(f"/applications/{answer.json()['id']}", world.citizen())).json()
        assert shown["patient"]["name"] == name

    @pytest.mark.parametrize("role", ["doctor", "head", "supervisor", "journal_keeper"])
    async def test_meet_who_does_not_carry_out_the_first_step(self, world, register, role):
        answer = await register(world.staff(role))
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")

    async def test_meet_citizens(self, world, register):
        assert (await register(world.citizen())).status_code == 403

    async def test_meet_staff_of_a_provider_that_does_not_offer_it(self, world, register):
        await world.execute("UPDATE providers SET services = '{}'")
        answer = await register()
        assert (answer.status_code, answer.json()["code"]) == (404, "provider-unknown")
