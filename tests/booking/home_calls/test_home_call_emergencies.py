"""A complaint that sounds like an emergency: 103 is told to who calls and to who answers, and nobody is refused."""

import pytest

from booking.home_calls import wording
from booking.home_calls.emergencies import emergency_signs, fold

SIGNS = {sign.code: sign for sign in emergency_signs().signs}


def found(complaint: str) -> list[str]:
    advice = emergency_signs().advice(complaint)
    return [sign["code"] for sign in advice["signs"]] if advice else []


class TestAComplaint:
    @pytest.mark.parametrize(("complaint", "sign"), [
        ("Ребёнок не дышит", "breathing"),
        ("РЕБЕНОК НЕ ДЫШИТ!!!", "breathing"),
        ("задыха\u0301ется уже полчаса", "breathing"),
        ("не могу вдохнуть, не хватает воздуха", "breathing"),
        ("Дем ала алмай жатыр", "breathing"),
        ("баланың тынысы тарылып барады", "breathing"),
        ("боль в груди отдаёт в руку", "heart"),
        ("В груди сильно болит и давит", "heart"),
        ("Кеудем қатты ауырып тұр", "heart"),
        ("жүрегі шаншып жатыр", "heart"),
        ("журеги шаншып жатыр", "heart"),
        ("у бабушки перекосило лицо, отнялась рука", "stroke"),
        ("әжемнің беті қисайып, тілі байланып қалды", "stroke"),
        ("кровь не останавливается", "bleeding"),
        ("Қан тоқтамай жатыр", "bleeding"),
        ("кан токтамай жатыр", "bleeding"),
        ("отец потерял сознание", "unconscious"),
        ("есінен танып қалды", "unconscious"),
        ("есинен танып калды", "unconscious"),
        ("у ребенка судороги", "seizure"),
        ("бала құрысып қалды", "seizure"),
        ("выпил уксус по ошибке", "poisoning"),
        ("иіс тиіп уланып қалды", "poisoning"),
        ("упал с высоты второго этажа", "injury"),
        ("қайнаған суға күйіп қалды", "injury"),
        ("отошли воды, схватки каждые пять минут", "childbirth"),
        ("толғағы басталды", "childbirth"),
        ("хочет покончить с собой", "self-harm"),
        ("отёк Квинке", "allergy"),
    ])  # fmt: skip
    def test_is_known_by_its_words_whatever_their_form(self, complaint, sign):
        assert sign in found(complaint)

    @pytest.mark.parametrize("complaint", [
        "Бас ауырады, қызуы 38", "Үш күннен бері жөтел, мұрны бітіп қалды", "екі күн болды іші ауырып, өтіп жатыр",
        "Улан ауырып тұр, температура", "қан қысымы көтерілді", "температура 39, рвота, понос",
        "болеет грудной ребёнок, температура", "давление 140 на 90, кашель", "кровать у окна, второй подъезд",
        "боли в спине, не может встать", "шестой день кашель и насморк", "демалыс күні келіңіз", "", "103", "!!!",
    ])  # fmt: skip
    def test_is_mostly_no_emergency(self, complaint):
        assert found(complaint) == []

    def test_has_its_words_close_together(self):
        """What stands far apart says something else."""
        far = "боль в ноге, прошу врача прийти после обеда, ключ у соседей, ребёнок на груди"
        assert found(far) == []

    def test_may_be_long(self):
        assert found("кашель " * 70 + "не дышит") == ["breathing"]


class TestTheData:
    @pytest.mark.parametrize("code", sorted(SIGNS))
    def test_finds_each_of_its_own_phrases(self, code):
        """A phrase that cannot be met by its own words is a slip of the pen."""
        for phrase in SIGNS[code].phrases:
            words = [word.removesuffix(".") for word in phrase.words]
            assert code in found(" ".join(words)), words
            assert code in found(" ".join(reversed(words)).upper()), words
            assert all(word == fold(word) and word.isalpha() for word in words), words

    @pytest.mark.parametrize("code", sorted(SIGNS))
    def test_has_both_languages(self, code):
        assert set(SIGNS[code].title) == {"kk", "ru", "en"}
        assert len({word for phrase in SIGNS[code].phrases for word in phrase.words}) > 3

    @pytest.mark.parametrize("text", [emergency_signs().text, emergency_signs().for_staff])
    def test_names_the_number_in_three_languages(self, text):
        assert set(text) == {"kk", "ru", "en"}
        assert all("103" in each for each in text.values())

    @pytest.mark.parametrize("code", ["emergency", "urgent", "ordinary"])
    def test_titles_every_urgency(self, code):
        assert set(wording.urgency(code)["title"]) == {"kk", "ru", "en"}

    def test_titles_every_outcome(self):
        assert {len(wording.outcome(code)["title"]) for code in wording.outcomes()} == {3}


class TestAdvice:
    async def test_can_be_had_before_anything_is_signed(self, calls, danger):
        async def advised(text):
            answer = await calls.booking.call("POST", "/home-calls/advice", json={"text": text})
            assert answer.status_code == 200, answer.text
            return answer.json()["advice"]

        advice = await advised(danger)
        assert (advice["code"], advice["number"]) == ("call-103", "103")
        assert [each["code"] for each in advice["signs"]] == ["heart"]
        assert await advised("Бас ауырады") is None

    @pytest.mark.parametrize("text", ["", "А" * 501, None, 7])
    async def test_is_about_a_complaint(self, calls, text):
        answer = await calls.booking.call("POST", "/home-calls/advice", json={"text": text})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")

    @pytest.mark.parametrize("region", ["akmola", "zhambyl"])
    async def test_is_told_with_the_receipt_and_the_call_is_taken(self, calls, danger, region):
        answer = await calls.file(region, danger)
        assert answer.status_code == 201
        assert answer.json()["advice"]["number"] == "103"
        assert (await calls.shown(answer.json()["id"]))["advice"]["code"] == "call-103"

    @pytest.mark.parametrize("region", ["akmola", "zhambyl"])
    async def test_stands_first_in_the_task_and_the_task_first_in_the_list(self, calls, danger, region, later):
        """The others are older, and overdue."""
        before = [(await calls.file(region, who=n)).json()["id"] for n in (1, 2, 3)]
        later(hours=1)
        urgent = (await calls.file(region, danger, who=4)).json()["id"]
        by = calls.performer(region)
        items = (await calls.booking.get("/tasks", by)).json()["items"]
        assert [each["application"]["id"] for each in items] == [urgent, *before]
        assert [each["urgent"] for each in items] == [True, False, False, False]
        task = (await calls.booking.get(f"/tasks/{items[0]['id']}", by)).json()
        assert task["advice"]["for_staff"]["ru"].startswith("Жалоба похожа на неотложное состояние")

    async def test_goes_on_behind_the_urgent_ones_page_by_page(self, calls, danger):
        ordinary = [(await calls.file("akmola", who=n)).json()["id"] for n in (1, 2)]
        urgent = {(await calls.file("akmola", danger, who=n)).json()["id"] for n in (3, 4)}
        by, cursor, seen = calls.performer("akmola"), None, []
        for _ in range(4):
            page = (await calls.booking.get("/tasks", by, limit=1, **({"cursor": cursor} if cursor else {}))).json()
            seen += [each["application"]["id"] for each in page["items"]]
            cursor = page["next_cursor"]
        assert cursor is None
        assert (set(seen[:2]), seen[2:]) == (urgent, ordinary)

    @pytest.mark.parametrize("channel", ["direct", "phone"])
    async def test_is_told_to_who_answers_the_telephone(self, calls, danger, channel):
        """Zhambyl's second step is urgent as the first."""
        call = (await calls.register("zhambyl", channel, fields=calls.fields("zhambyl", danger))).json()
        by = calls.performer("zhambyl")
        assert call["advice"]["number"] == "103"
        done = await calls.booking.post(f"/tasks/{call['task']}/complete", by, {"outcome": "accepted"})
        assert done.status_code == 200, done.text
        (second,) = (await calls.booking.get("/tasks", by)).json()["items"]
        assert (second["step"], second["urgent"]) == ("record", True)

    async def test_cannot_be_made_ordinary(self, calls, danger):
        doctor, someone = await calls.doctor()
        await calls.visit("akmola", doctor, complaint=danger, urgency="ordinary")
        (item,) = (await calls.day(someone)).json()["items"]
        assert item["urgency"]["code"] == "emergency"
        assert item["advice"]["number"] == "103"
