"""Sealing, downloading and verifying results."""

import base64
import io
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pypdf
import pytest

from shared.applications.evidence import signed_part
from shared.applications.results.sealing import SealMissing, Seals, SealWorker

START = datetime(2026, 3, 16, 5, 0, tzinfo=UTC)
SEAL_ROLES = ["1.2.398.3.3.4.1.2.6"]


@pytest.fixture
def sealer(world, seals):
    return SealWorker(world.office, world.database, world.clock, Seals(world.settings.seals).of)


@pytest.fixture
async def issued(world, sealer):
    """An application whose result is sealed."""
    filed = await world.carry_through(world.citizen())
    assert await sealer.run_once() == 1
    return filed


class TestEvidence:
    async def test_holds_what_the_performer_signed_of_the_file_before_and_after_the_seal(self, world, sealer):
        """The seal is added behind the bytes that the performer signed."""
        filed = await world.carry_through(world.citizen())
        path = f"/applications/{filed['id']}/evidence"
        before = (await world.get(path, world.citizen())).json()["items"]
        assert await sealer.run_once() == 1
        after = (await world.get(path, world.citizen())).json()["items"]
        assert after == before
        (result,) = [item for item in after if item["kind"] == "result"]
        assert sha256(base64.b64decode(result["document"])).hexdigest() == result["sha256"]

    def test_takes_no_other_bytes_for_those(self):
        pdf = b"%PDF one /ByteRange [0 4 8 6] x"
        assert signed_part(pdf, sha256(pdf[:4] + pdf[8:14]).digest()) == pdf[:4] + pdf[8:14]
        assert signed_part(pdf, sha256(b"other").digest()) is None
        assert signed_part(b"no range", sha256(b"").digest()) is None


async def code_of(world) -> str:
    return (await world.rows("SELECT code FROM results"))[0].code


class TestSeal:
    async def test_issues_what_is_signed(self, world, issued):
        shown = (await world.get(f"/applications/{issued['id']}", world.citizen())).json()
        assert (shown["state"], shown["status"]["code"]) == ("issued", "document-issued")
        assert shown["result"]["verify_url"] == f"{world.settings.verify_url}/{await code_of(world)}"
        assert (await world.events())[-1] == "issued"
        (notice,) = (await world.get("/notices", world.citizen())).json()["items"]
        assert (notice["kind"], notice["process"], notice["application"]["number"]) == ("result", 7, issued["number"])

    async def test_gives_a_file_with_two_signatures(self, world, issued):
        answer = await world.get(f"/applications/{issued['id']}/result", world.citizen())
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        fields = pypdf.PdfReader(io.BytesIO(answer.content)).get_fields() or {}
        assert set(fields) == {"performer", "seal"}

    async def test_happens_once(self, world, sealer, together):
        await world.carry_through(world.citizen())
        await together(*(sealer.run_once() for _ in range(3)))
        assert (await world.events()).count("issued") == 1
        assert len(await world.rows("SELECT 1 FROM notices")) == 1
        assert await sealer.run_once() == 0

    @pytest.mark.parametrize("place", ["_make", "_store"])
    async def test_survives_being_killed(self, world, sealer, seals, monkeypatch, place):
        filed = await world.carry_through(world.citizen())

        class Killed(BaseException):
            pass

        def kill(*_):
            raise Killed

        broken = SealWorker(world.office, world.database, world.clock, Seals(world.settings.seals).of)
        monkeypatch.setattr(broken, place, kill)
        with pytest.raises(Killed):
            await broken.run_once()
        assert (await world.get(f"/applications/{filed['id']}", world.citizen())).json()["state"] == "ready"
        assert await sealer.run_once() == 1
        assert (await world.events()).count("issued") == 1

    async def test_does_nothing_by_halves(self, world, sealer):
        await world.carry_through(world.citizen())
        await world.execute(
            "CREATE FUNCTION burst() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'burst'; END $$"
        )
        await world.execute("CREATE TRIGGER burst AFTER INSERT ON notices FOR EACH ROW EXECUTE FUNCTION burst()")
        try:
            with pytest.raises(Exception, match="burst"):
                await sealer.run_once()
        finally:
            await world.execute("DROP TRIGGER burst ON notices")
            await world.execute("DROP FUNCTION burst")
        assert [row.state for row in await world.rows("SELECT state FROM results")] == ["signed"]
        assert await sealer.run_once() == 1

    async def test_is_put_off_without_a_key_and_lets_others_pass(self, world, seals, later):
        await world.carry_through(world.citizen(1))
        missing = SealWorker(world.office, world.database, world.clock, Seals(None).of)
        assert await missing.run_once() == 1
        assert await missing.run_once() == 0
        assert [(row.state, row.tries) for row in await world.rows("SELECT state, tries FROM results")] == [
            ("signed", 1)
        ]
        later(seconds=31)
        ready = SealWorker(world.office, world.database, world.clock, Seals(world.settings.seals).of)
        assert await ready.run_once() == 1
        assert [row.state for row in await world.rows("SELECT state FROM results")] == ["sealed"]

    async def test_takes_no_key_of_another_organisation(self, world, seals, tmp_path):
        one, other = sorted(seals.glob("*.p12"))
        (tmp_path / one.name).write_bytes(other.read_bytes())
        (tmp_path / one.with_suffix(".pass").name).write_text("secret")
        with pytest.raises(SealMissing, match="another organisation"):
            Seals(tmp_path).of(one.stem, SEAL_ROLES, START)

    async def test_takes_no_key_without_the_role_or_out_of_its_time(self, world, seals, authority, tmp_path):
        key = min(seals.glob("*.p12"))
        assert Seals(seals).of(key.stem, SEAL_ROLES, START).certificate is not None
        with pytest.raises(SealMissing, match="role"):
            Seals(seals).of(key.stem, ["1.2.398.3.3.4.1.2.1"], START)
        with pytest.raises(SealMissing, match="time"):
            Seals(seals).of(key.stem, SEAL_ROLES, START + timedelta(days=4000))
        with pytest.raises(SealMissing, match="read"):
            Seals(seals).of("000000000000", SEAL_ROLES, START)


class TestDownload:
    async def test_waits_for_the_seal(self, world, seals):
        filed = await world.carry_through(world.citizen())
        answer = await world.get(f"/applications/{filed['id']}/result", world.citizen())
        assert (answer.status_code, answer.json()["code"]) == (404, "result-not-ready")

    async def test_is_for_the_owner_alone(self, world, issued):
        answer = await world.get(f"/applications/{issued['id']}/result", world.citizen(2))
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


class TestVerify:
    async def test_says_what_is_genuine(self, world, issued):
        found = (await world.get(f"/verify/{await code_of(world)}")).json()
        assert (found["genuine"], found["in_force"], found["state"]) == (True, True, "in-force")
        assert (found["number"], found["issued_on"]) == (issued["number"], "2026-03-16")
        assert found["issuer"]["names"]["ru"] == "Поликлиника 0"
        assert found["kind"]["ru"] == "Справка о годности"

    async def test_tells_no_more_of_the_person_than_a_masked_name(self, world, issued):
        answer = await world.get(f"/verify/{await code_of(world)}")
        assert answer.json()["patient"] == "С*** А. Б."
        assert world.citizen().actor.iin not in answer.text
        assert "СЕРІК" not in answer.text

    async def test_reads_the_code_as_people_type_it(self, world, issued):
        code = await code_of(world)
        assert (await world.get(f"/verify/{code.upper().replace('-', ' ')}")).json()["genuine"] is True

    async def test_knows_nothing_that_is_not_sealed(self, world, seals):
        await world.carry_through(world.citizen())
        answer = await world.get(f"/verify/{await code_of(world)}")
        assert (answer.status_code, answer.json()["code"]) == (404, "verification-code-unknown")

    @pytest.mark.parametrize("code", ["x", "att-" + "0" * 26, "att-" + "z" * 26, "%00", "a" * 300])
    async def test_knows_no_other_code(self, world, code):
        answer = await world.get(f"/verify/{code}")
        assert (answer.status_code, answer.json()["code"]) == (404, "verification-code-unknown")

    async def test_says_when_a_result_is_annulled(self, world, issued):
        await world.execute("UPDATE results SET state = 'annulled', annulled_at = '2026-03-17T00:00:00Z'")
        found = (await world.get(f"/verify/{await code_of(world)}")).json()
        assert (found["genuine"], found["in_force"], found["state"]) == (True, False, "annulled")
        page = await world.get(f"/verify/{await code_of(world)}", headers={"Accept": "text/html"})
        assert "аннулирован" in page.text
        assert (await world.get(f"/applications/{issued['id']}/result", world.citizen())).status_code == 404

    async def test_gives_a_browser_a_page_in_two_languages(self, world, issued):
        path, browser = f"/verify/{await code_of(world)}", {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        page = await world.get(path, headers=browser)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src" not in page.headers["content-security-policy"]
        assert {"Құжат түпнұсқа және күшінде", "Документ подлинный и действует", issued["number"]} <= set(
            page.text.replace("<", ">").split(">")
        )
        unknown = await world.get(path[:-1] + ("0" if path[-1] != "0" else "1"), headers=browser)
        assert (unknown.status_code, "не найден" in unknown.text) == (404, True)
        program = await world.get(path, headers={"Accept": "application/json, text/html"})
        assert program.headers["content-type"] == "application/json"

    async def test_outlives_the_persons_data(self, world, issued):
        code = await code_of(world)
        await world.execute("UPDATE person_keys SET wrapped = NULL, lookup = NULL")
        found = (await world.get(f"/verify/{code}")).json()
        assert (found["genuine"], found["patient"]) == (True, "***")
