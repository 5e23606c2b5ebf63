"""A doctor is away, or the hours change: slots go, and each appointment that is hit is moved or cancelled whole."""

import io

import pypdf
import pytest
from sqlalchemy.exc import IntegrityError

from booking.worker import extend_slots, follow_hours
from shared.applications.results.sealing import Seals, SealWorker
from shared.db import violated

FORM = {"complaint": "Бас ауырады", "phone": "+77011234567"}
MORNING = {"from": "2026-04-06T09:00:00+05:00", "to": "2026-04-06T13:00:00+05:00", "ground": "doctor-ill"}


@pytest.fixture
def seal(booking):
    seals = Seals(booking.platform.settings.seals)
    return SealWorker(booking.office, booking.platform.database, booking.clock, seals.of).run_once


@pytest.fixture
def except_(booking):
    """Put an exception in force, or preview it."""

    async def send(doctor, way="", by=None, **changes):
        path = f"/admin/doctors/{doctor}/exceptions{way}"
        return await booking.post(path, by or booking.staff(), {**MORNING, **changes})

    return send


@pytest.fixture
def settle(booking):
    async def send(exception, deed="move", **more):
        path = f"/admin/exceptions/{exception}/settlement"
        return await booking.post(path, booking.staff(), {"deed": deed, **more})

    return send


@pytest.fixture
async def doctor(booking):
    return await booking.open_monday()


@pytest.fixture
def book(booking, named):
    """File an application of zhambyl for a slot."""

    async def send(slot, number=1):
        answer = await booking.file(booking.citizen(number), "zhambyl", {"slot": named(slot), **FORM})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return send


def refused(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


async def shown(booking, application, number=1):
    return (await booking.get(f"/applications/{application}", booking.citizen(number))).json()


async def starts(booking, **query):
    return [slot["starts_at"][:16] for slot in await booking.free(**query)]


async def taken(booking):
    rows = await booking.rows("SELECT application, outside_schedule FROM slots WHERE application IS NOT NULL")
    return {f"bkg-{row.application.hex}": row.outside_schedule for row in rows}


class TestPreview:
    async def test_lists_what_would_be_hit_and_changes_nothing(self, booking, doctor, book, except_):
        before = await booking.free()
        filed = await book(before[0])
        said = (await except_(doctor, "/preview")).json()
        assert (said["id"], said["free_slots"], said["appointments"]) == (None, 1, 1)
        assert [item["id"] for item in said["items"]] == [filed["id"]]
        assert said["items"][0]["patient"]["iin"] == booking.citizen().actor.iin
        assert await booking.free() == before[1:]

    async def test_leaves_a_record_that_the_person_sees(self, booking, doctor, book, except_):
        await book((await booking.free())[0])
        await except_(doctor, "/preview")
        log = (await booking.get("/access-log", booking.citizen())).json()["items"]
        assert "appointments-listed" in {item["action"] for item in log}


class TestAnException:
    async def test_closes_its_free_times_and_leaves_the_taken_ones(self, booking, doctor, book, except_):
        filed = await book((await booking.free())[0])
        answer = await except_(doctor)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["free_slots"], answer.json()["appointments"]) == (1, 1)
        assert not [start for start in await starts(booking) if start < "2026-04-07"]
        assert await taken(booking) == {filed["id"]: True}

    async def test_holds_for_slots_that_are_made_later(self, booking, doctor, except_, later):
        await except_(doctor, **{"from": "2026-05-18T00:00:00+05:00", "to": "2026-05-19T00:00:00+05:00"})
        later(days=21)
        await extend_slots(booking.platform)
        await booking.schedule(doctor, (0, "10:00", "12:00", 60))
        found = await starts(booking)
        assert "2026-05-25T10:00" in found
        assert not [start for start in found if start.startswith("2026-05-18")]

    async def test_takes_a_slot_away_that_it_only_touches(self, booking, doctor, except_):
        await except_(doctor, **{"from": "2026-04-06T10:59:59+05:00", "to": "2026-04-06T11:00:00+05:00"})
        assert (await starts(booking))[0] == "2026-04-06T11:00"

    async def test_takes_away_what_somebody_holds(self, booking, doctor, except_):
        slot, *_ = await booking.free()
        await booking.post(f"/slots/{slot['id']}/hold", booking.citizen())
        await except_(doctor)
        assert await booking.rows("SELECT 1 FROM slots WHERE held_by IS NOT NULL") == []

    async def test_is_listed_until_it_is_over(self, booking, doctor, except_, later):
        made = (await except_(doctor)).json()
        (listed,) = (await booking.get(f"/admin/doctors/{doctor}/exceptions", booking.staff())).json()["items"]
        assert (listed["id"], listed["ground"], listed["appointments"]) == (made["id"], "doctor-ill", 0)
        later(hours=4)
        assert (await booking.get(f"/admin/doctors/{doctor}/exceptions", booking.staff())).json()["items"] == []

    async def test_that_is_taken_back_offers_its_times_again(self, booking, doctor, except_):
        before = await starts(booking)
        made = (await except_(doctor)).json()
        path = f"/admin/exceptions/{made['id']}"
        assert (await booking.call("DELETE", path, booking.staff().actor)).status_code == 204
        assert await starts(booking) == before
        assert (await booking.call("DELETE", path, booking.staff().actor)).status_code == 204, (
            "a repeat changes nothing"
        )

    async def test_that_is_over_is_not_taken_back(self, booking, doctor, except_, later):
        made = (await except_(doctor)).json()
        later(hours=4)
        answer = await booking.call("DELETE", f"/admin/exceptions/{made['id']}", booking.staff().actor)
        refused(answer, 409, "exception-over")

    async def test_may_not_overlap_another(self, booking, doctor, except_):
        made = (await except_(doctor)).json()
        for way in ("", "/preview"):
            said = refused(await except_(doctor, way), 409, "exception-overlaps")
            assert said["exception"] == made["id"]
        assert (await except_(doctor, **{"from": MORNING["to"], "to": "2026-04-06T14:00:00+05:00"})).status_code == 201

    async def test_made_by_several_at_once_is_made_once(self, booking, doctor, except_, together):
        answers = await together(*(except_(doctor) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5

    async def test_cannot_overlap_in_the_database_either(self, booking, doctor, except_):
        await except_(doctor)
        with pytest.raises(IntegrityError) as refusal:
            await booking.execute(
                "INSERT INTO schedule_exceptions (id, doctor, starts_at, ends_at, ground, made_by, made_at) "
                "SELECT gen_random_uuid(), doctor, starts_at, ends_at, ground, made_by, made_at "
                "FROM schedule_exceptions"
            )
        assert violated(refusal.value) == "ex_schedule_exceptions_overlap"

    @pytest.mark.parametrize(
        "changes",
        [
            {"from": "2026-04-06T13:00:00+05:00", "to": "2026-04-06T09:00:00+05:00"},
            {"from": "2026-04-06T13:00:00+05:00"},
            {"from": "2026-04-01T09:00:00+05:00", "to": "2026-04-06T09:00:00+05:00"},
            {"to": "2028-04-06T09:00:00+05:00"},
            {"from": "2026-04-06T09:00:00"},
            {"from": "2026-02-30T09:00:00+05:00"},
            {"to": "9999-12-31T23:59:59-14:00"},
            {"ground": "no-free-time"},
            {"ground": ""},
            {"note": "x"},
        ],
    )
    async def test_refuses_what_cannot_be(self, booking, doctor, except_, changes):
        for way in ("", "/preview"):
            refused(await except_(doctor, way, **changes), 422, "invalid-request")
        assert await booking.rows("SELECT 1 FROM schedule_exceptions") == []

    async def test_is_the_administrators_of_the_doctors_provider(self, booking, doctor, except_, settle):
        made = (await except_(doctor)).json()
        for way in ("", "/preview"):
            refused(await except_(doctor, way, by=booking.staff("supervisor")), 403, "administrator-only")
            refused(await except_(doctor, way, by=booking.staff(at="other")), 404, "not-found")
        path = f"/admin/exceptions/{made['id']}"
        refused(await booking.call("DELETE", path, booking.staff(at="other").actor), 404, "not-found")
        answer = await booking.post(f"{path}/settlement", booking.staff(at="other"), {"deed": "move"})
        refused(answer, 404, "not-found")
        answer = await booking.post(f"{path}/settlement", booking.staff("dispatcher"), {"deed": "move"})
        refused(answer, 403, "administrator-only")


class TestMoving:
    async def test_gives_the_next_free_time_and_opens_the_performers_step(
        self, booking, doctor, book, except_, settle, seal
    ):
        filed = await book((await booking.free())[0])
        await booking.carry_out("zhambyl", outcome="confirmed")
        await seal()
        old = (await shown(booking, filed["id"]))["result"]["code"]
        made = (await except_(doctor)).json()
        answer = await settle(made["id"], note="Кешірім сұраймыз")
        assert answer.status_code == 200, answer.text
        (item,) = answer.json()["items"]
        assert (item["outcome"], answer.json()["remaining"]) == ("moved", 0)
        case = await shown(booking, filed["id"])
        assert case["appointment"]["starts_at"] == "2026-04-13T10:00:00+05:00"
        assert case["appointment"]["moved_from"]["starts_at"] == filed["appointment"]["starts_at"]
        assert case["status"]["code"] == "time-being-changed"
        assert case["steps"][-1]["state"] == "open"
        (notice, *_) = (await booking.get("/notices", booking.citizen())).json()["items"]
        assert (notice["kind"], notice["ground"], notice["note"]) == ("time-changed", "doctor-ill", "Кешірім сұраймыз")
        assert (await booking.get(f"/verify/{old}")).json()["state"] == "in-force"
        await booking.carry_out("zhambyl", outcome="confirmed")
        await seal()
        assert (await booking.get(f"/verify/{old}")).json()["state"] == "annulled"
        case = await shown(booking, filed["id"])
        assert (case["state"], case["result"]["code"] != old) == ("issued", True)
        history = (await booking.get(f"/applications/{filed['id']}/history", booking.citizen())).json()["items"]
        assert "move" in {row["action"] for row in history}

    async def test_of_one_whose_seal_is_due_seals_the_new_time_alone(
        self, booking, doctor, book, except_, settle, seal
    ):
        filed = await book((await booking.free())[0])
        await booking.carry_out("zhambyl", outcome="confirmed")
        await settle((await except_(doctor)).json()["id"])
        await booking.carry_out("zhambyl", outcome="confirmed")
        assert await seal() == 1
        results = await booking.rows("SELECT state FROM results ORDER BY signed_at, id")
        assert [row.state for row in results] == ["annulled", "sealed"]
        case = await shown(booking, filed["id"])
        page = await booking.get(f"/applications/{filed['id']}/result", booking.citizen())
        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(page.content)).pages)
        assert (case["state"], "13.04.2026" in text) == ("issued", True)

    async def test_prefers_the_nearest_time_of_the_specialty(self, booking, doctor, book, except_, settle):
        await booking.add_doctor(surname="Ахметов", specialty="surgeon")
        colleague = await booking.add_doctor(surname="Ким")
        await booking.schedule(colleague, (0, "12:00", "13:00", 60))
        filed = await book((await booking.free(doctor_id=doctor))[0])
        await settle((await except_(doctor)).json()["id"])
        case = await shown(booking, filed["id"])
        assert case["appointment"]["starts_at"] == "2026-04-06T12:00:00+05:00"
        assert case["appointment"]["doctor"]["id"] == colleague

    async def test_leaves_the_old_time_where_there_is_no_other(self, booking, doctor, book, except_, settle):
        await booking.schedule(doctor, (0, "10:00", "11:00", 60))
        filed = await book((await booking.free())[0])
        made = (await except_(doctor, to="2026-12-01T00:00:00+05:00")).json()
        said = (await settle(made["id"])).json()
        assert [(item["outcome"], item["reason"]) for item in said["items"]] == [("kept", "no-free-time")]
        assert said["remaining"] == 1
        case = await shown(booking, filed["id"])
        assert case["appointment"] == filed["appointment"]
        assert case["status"]["code"] == filed["status"]["code"]
        assert (await booking.get("/notices", booking.citizen())).json()["items"] == []

    async def test_gives_no_time_that_somebody_holds(self, booking, doctor, book, except_, settle):
        filed = await book((await booking.free())[0])
        (held,) = [slot for slot in await booking.free() if slot["starts_at"].startswith("2026-04-13T10:00")]
        await booking.post(f"/slots/{held['id']}/hold", booking.citizen(2))
        await settle((await except_(doctor)).json()["id"])
        case = await shown(booking, filed["id"])
        assert case["appointment"]["starts_at"] == "2026-04-13T11:00:00+05:00"

    async def test_by_several_at_once_moves_each_once(self, booking, doctor, book, except_, settle, together):
        free = await booking.free()
        applications = [(await book(slot, number))["id"] for number, slot in enumerate(free[:2], 1)]
        made = (await except_(doctor)).json()
        answers = await together(*(settle(made["id"]) for _ in range(4)))
        moved = [item["id"] for answer in answers for item in answer.json()["items"] if item["outcome"] == "moved"]
        assert sorted(moved) == sorted(applications)
        assert await taken(booking) == dict.fromkeys(applications, False)
        rounds = await booking.rows("SELECT DISTINCT round FROM tasks WHERE state = 'open'")
        assert [row.round for row in rounds] == [2]

    async def test_of_two_doctors_at_once_gives_no_time_twice(self, booking, doctor, book, except_, settle, together):
        """Both lists reach for the same colleague's free times: each takes one that the other is not about to have."""
        other = await booking.open_monday(surname="Ким")
        applications, exceptions = [], []
        for number, each in enumerate((doctor, other)):
            free = await booking.free(doctor_id=each)
            applications += [(await book(slot, 2 * number + place))["id"] for place, slot in enumerate(free[:2], 1)]
            exceptions.append((await except_(each, to="2026-05-07T00:00:00+05:00")).json()["id"])
        colleague = await booking.add_doctor(surname="Ахметов")
        await booking.schedule(colleague, (0, "14:00", "16:00", 30))
        answers = await together(*(settle(each) for each in exceptions))
        assert [answer.status_code for answer in answers] == [200, 200]
        outcomes = [item["outcome"] for answer in answers for item in answer.json()["items"]]
        assert outcomes == ["moved"] * 4
        assert await taken(booking) == dict.fromkeys(applications, False)
        assert len({start[:10] for start in await starts(booking)}) == 4, "the first day is full, the others are free"

    async def test_against_those_who_book_the_same_times_loses_nobody(
        self, booking, doctor, book, except_, settle, named, together
    ):
        """Whoever comes first has the free time; the one who is moved goes on to the next."""
        free = await booking.free()
        filed = [await book(slot, number) for number, slot in enumerate(free[:2], 1)]
        made = (await except_(doctor)).json()
        rivals = (
            booking.file(booking.citizen(10 + number), "zhambyl", {"slot": named(slot), **FORM})
            for number, slot in enumerate(free[2:6])
        )
        settled, *answers = await together(settle(made["id"]), *rivals)
        assert settled.status_code == 200
        assert {answer.status_code for answer in answers} <= {201, 409}
        holders = await taken(booking)
        booked = [answer.json()["id"] for answer in answers if answer.status_code == 201]
        assert sorted(holders) == sorted([*booked, *(each["id"] for each in filed)])

    async def test_is_repeated_without_effect(self, booking, doctor, book, except_, settle):
        filed = await book((await booking.free())[0])
        made = (await except_(doctor)).json()
        await settle(made["id"])
        before = await shown(booking, filed["id"])
        assert (await settle(made["id"])).json() == {"items": [], "remaining": 0, "next_cursor": None}
        assert await shown(booking, filed["id"]) == before

    async def test_leaves_the_citizen_free_to_choose_another_time(self, booking, doctor, book, except_, settle, named):
        filed = await book((await booking.free())[0])
        await settle((await except_(doctor)).json()["id"])
        case = await shown(booking, filed["id"])
        assert case["fields"]["slot"] == named({**filed["appointment"], "id": filed["appointment"]["slot_id"]}), (
            "what he signed stays as he signed it"
        )


class TestCancelling:
    async def test_ends_each_with_the_ground_of_the_exception(self, booking, doctor, book, except_, settle):
        filed = await book((await booking.free())[0])
        made = (await except_(doctor)).json()
        said = (await settle(made["id"], "cancel", note="Қоңырау шалыңыз")).json()
        assert [(item["outcome"], item["appointment"]) for item in said["items"]] == [("cancelled", None)]
        case = await shown(booking, filed["id"])
        assert (case["state"], case["status"]["code"]) == ("withdrawn", "cancelled-by-provider")
        assert (case["notice"]["ground"]["code"], case["notice"]["note"]) == ("doctor-ill", "Қоңырау шалыңыз")
        assert await taken(booking) == {}
        assert not [start for start in await starts(booking) if start < "2026-04-07"]

    @pytest.mark.parametrize("body", [{}, {"deed": "forget"}, {"deed": "cancel", "note": "\u0007"}, {"cursor": "x"}])
    async def test_refuses_what_it_does_not_know(self, booking, doctor, except_, settle, body):
        made = (await except_(doctor)).json()
        answer = await booking.post(f"/admin/exceptions/{made['id']}/settlement", booking.staff(), body)
        refused(answer, 422, "invalid-request")

    async def test_of_an_exception_that_is_over_is_refused(self, booking, doctor, except_, settle, later):
        made = (await except_(doctor)).json()
        later(hours=4)
        refused(await settle(made["id"], "cancel"), 409, "exception-over")


class TestOpeningHours:
    async def test_that_change_take_the_slots_along(self, booking, doctor, book):
        filed = await book((await booking.free())[0])
        await booking.change_hours([["11:00", "20:00"]])
        assert await follow_hours(booking.platform) == 1
        assert {start[11:] for start in await starts(booking)} == {"11:00"}
        assert await taken(booking) == {filed["id"]: True}, "it stays, and the day's list shows it"
        assert await follow_hours(booking.platform) == 0

    async def test_that_come_back_bring_the_slots_back(self, booking, doctor):
        before = await starts(booking)
        await booking.change_hours([["11:00", "20:00"]])
        await follow_hours(booking.platform)
        await booking.change_hours([["08:00", "20:00"]], version=3)
        await follow_hours(booking.platform)
        assert await starts(booking) == before

    async def test_leave_alone_who_has_no_schedule(self, booking):
        await booking.add_doctor()
        await booking.change_hours([["11:00", "20:00"]])
        assert await follow_hours(booking.platform) == 0
        assert await booking.free() == []
