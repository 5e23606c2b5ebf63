"""Staff: hired and changed by administrators of their organisation or of their region's operator."""

import asyncio

import pytest

PASSWORD = "тау басында бұлт көп"
MANAGER = {"name": "Асқар Тест", "language": "ru", "roles": ["dispatcher", "journal_keeper"]}


@pytest.fixture
async def administrator(auth, polyclinic):
    return await auth.actor(polyclinic.administrator_iin, polyclinic.bin)


@pytest.fixture
async def region_administrator(auth, operator):
    return await auth.actor(operator.administrator_iin, operator.bin)


@pytest.fixture
def hire(auth, polyclinic, make_iin):
    async def ask(actor, **more):
        body = {"iin": make_iin(), "bin": polyclinic.bin, **MANAGER, **more}
        return await auth.ask("POST", "/admin/staff", actor=actor, json=body)

    return ask


class TestLogIn:
    async def test_of_staff_shows_person_organisation_and_roles(self, auth, administrator, hire, polyclinic):
        hired = (await hire(administrator)).json()
        actor = await auth.actor(hired["iin"], polyclinic.bin, hired["password"])
        assert (actor.kind, actor.acr, actor.bin, actor.name) == ("staff", "certificate", polyclinic.bin, "Асқар Тест")
        assert actor.roles == {"dispatcher", "journal_keeper"}
        assert actor.account_id == hired["account_id"]

    async def test_of_staff_needs_the_certificate(self, auth, polyclinic):
        refused = await auth.log_in(polyclinic.administrator_iin, PASSWORD)
        assert (refused.status_code, refused.json()["code"]) == (400, "login-refused")

    async def test_of_staff_needs_the_organisation_in_the_certificate(self, auth, polyclinic, operator):
        for organisation in (None, operator.bin):
            refused = await auth.log_in_with_certificate(
                polyclinic.administrator_iin, PASSWORD, organisation=organisation
            )
            assert refused.status_code == 400

    async def test_keeps_citizen_and_staff_accounts_of_one_person_apart(self, auth, polyclinic):
        iin = polyclinic.administrator_iin
        await auth.register(iin, "азаматтың құпия сөзі")
        assert (await auth.log_in_with_certificate(iin, "азаматтың құпия сөзі")).json()["kind"] == "citizen"
        assert (await auth.log_in_with_certificate(iin, PASSWORD, organisation=polyclinic.bin)).json()[
            "kind"
        ] == "staff"
        assert (await auth.log_in_with_certificate(iin, PASSWORD)).status_code == 400


class TestHire:
    async def test_gives_a_password_once(self, auth, administrator, hire):
        answer = await hire(administrator)
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        hired = answer.json()
        assert len(hired.pop("password")) >= 20
        assert hired["roles"] == ["dispatcher", "journal_keeper"]
        listed = await auth.ask("GET", "/admin/staff", actor=administrator)
        shown = next(member for member in listed.json()["items"] if member["account_id"] == hired["account_id"])
        assert shown.pop("password") is None
        assert shown == hired

    async def test_takes_a_password_and_does_not_repeat_it(self, auth, administrator, hire):
        hired = (await hire(administrator, password=PASSWORD)).json()
        assert "password" not in hired

    async def test_lets_the_operator_make_the_first_administrator_of_a_provider(self, region_administrator, hire):
        assert (await hire(region_administrator, roles=["administrator"])).status_code == 201

    async def test_makes_one_account_of_ten_at_once(self, administrator, hire, make_iin):
        iin = make_iin()
        answers = await asyncio.gather(*(hire(administrator, iin=iin, password=PASSWORD) for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"staff-exists"}

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"iin": "1"}, 422, "iin-invalid"),
            ({"password": "тым қысқа"}, 422, "password-too-weak"),
            ({"roles": ["dispatcher", "phthisiatrician"]}, 422, "role-unknown"),
            ({"roles": ["king"]}, 422, "role-unknown"),
            ({"name": ""}, 422, "invalid-request"),
            ({"name": "А\u202eБ"}, 422, "invalid-request"),
            ({"name": "А\x00Б"}, 422, "invalid-request"),
            ({"name": "я" * 301}, 422, "invalid-request"),
            ({"bin": "1"}, 422, "invalid-request"),
            ({"active": False}, 422, "invalid-request"),
        ],
        ids=lambda value: repr(value)[:30],
    )
    async def test_refuses(self, administrator, hire, change, status, code):
        answer = await hire(administrator, **change)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_names_the_roles_of_the_region(self, administrator, hire):
        """Akmola's regulations (clauses 6) name dispatcher, registry, registration operator and district doctor."""
        known = (await hire(administrator, roles=["king"])).json()["known"]
        assert {"dispatcher", "registry", "registration_operator", "district_doctor"} <= set(known)
        assert {"supervisor", "journal_keeper", "administrator"} <= set(known)
        assert "psychiatrist" not in known

    async def test_is_for_the_own_organisation_only(self, administrator, hire, make_bin, operator):
        for organisation in (make_bin(), operator.bin):
            answer = await hire(administrator, bin=organisation)
            assert (answer.status_code, answer.json()["code"]) == (404, "organisation-not-found")


class TestAuthorise:
    async def test_refuses_citizens_and_nobody(self, auth, make_iin):
        iin = make_iin()
        await auth.register(iin)
        tokens = (await auth.log_in_with_certificate(iin)).json()
        shown = (await auth.principal(tokens)).json()
        del shown["language"]
        from shared.web import Actor

        citizen = Actor(**{**shown, "roles": frozenset({"administrator"})})
        refused = await auth.ask("GET", "/admin/staff", actor=citizen)
        assert (refused.status_code, refused.json()["code"]) == (403, "administrator-only")
        assert (await auth.ask("GET", "/admin/staff")).status_code == 401

    async def test_refuses_staff_without_the_office(self, auth, administrator, hire, polyclinic):
        hired = (await hire(administrator)).json()
        dispatcher = await auth.actor(hired["iin"], polyclinic.bin, hired["password"])
        for method, path in (("GET", "/admin/staff"), ("GET", "/admin/providers")):
            refused = await auth.ask(method, path, actor=dispatcher)
            assert refused.json()["code"] == "administrator-only"

    async def test_asks_the_database_and_not_the_assertion(self, auth, administrator, region_administrator):
        path = f"/admin/staff/{administrator.account_id}"
        roles = {"roles": ["supervisor"]}
        assert (await auth.ask("PATCH", path, actor=region_administrator, json=roles)).status_code == 200
        assert (await auth.ask("GET", "/admin/staff", actor=administrator)).status_code == 403


class TestChange:
    async def test_of_roles_is_told_by_the_next_look_at_the_session(self, auth, administrator, hire, polyclinic):
        hired = (await hire(administrator)).json()
        tokens = (
            await auth.log_in_with_certificate(hired["iin"], hired["password"], organisation=polyclinic.bin)
        ).json()
        changed = await auth.ask(
            "PATCH", f"/admin/staff/{hired['account_id']}", actor=administrator, json={"roles": ["registry"]}
        )
        assert changed.json()["roles"] == ["registry"]
        assert (await auth.principal(tokens)).json()["roles"] == ["registry"]

    async def test_to_closed_ends_the_sessions_and_lets_no_one_in(self, auth, administrator, hire, polyclinic):
        hired = (await hire(administrator)).json()
        path = f"/admin/staff/{hired['account_id']}"
        log_in = (hired["iin"], hired["password"])
        tokens = (await auth.log_in_with_certificate(*log_in, organisation=polyclinic.bin)).json()
        closed = await auth.ask("PATCH", path, actor=administrator, json={"active": False})
        assert closed.json()["active"] is False
        assert (await auth.principal(tokens)).status_code == 404
        assert (await auth.refresh(tokens["refresh_token"])).status_code == 400
        assert (await auth.log_in_with_certificate(*log_in, organisation=polyclinic.bin)).status_code == 400
        await auth.ask("PATCH", path, actor=administrator, json={"active": True})
        assert (await auth.principal(tokens)).status_code == 404
        assert (await auth.log_in_with_certificate(*log_in, organisation=polyclinic.bin)).status_code == 200

    async def test_of_the_password_ends_the_sessions(self, auth, administrator, hire, polyclinic):
        hired = (await hire(administrator)).json()
        tokens = (
            await auth.log_in_with_certificate(hired["iin"], hired["password"], organisation=polyclinic.bin)
        ).json()
        reset = await auth.ask(
            "PATCH", f"/admin/staff/{hired['account_id']}", actor=administrator, json={"reset_password": True}
        )
        new = reset.json()["password"]
        assert (await auth.principal(tokens)).status_code == 404
        for password, status in ((hired["password"], 400), (new, 200)):
            answer = await auth.log_in_with_certificate(hired["iin"], password, organisation=polyclinic.bin)
            assert answer.status_code == status

    async def test_of_the_name_alone_leaves_the_rest(self, auth, administrator, hire):
        hired = (await hire(administrator)).json()
        changed = await auth.ask(
            "PATCH", f"/admin/staff/{hired['account_id']}", actor=administrator, json={"name": "Басқа Есім"}
        )
        del hired["password"]
        assert changed.json() == {**hired, "name": "Басқа Есім"}

    @pytest.mark.parametrize("change", [{"active": False}, {"roles": ["supervisor"]}], ids=str)
    async def test_of_the_own_account_is_left_to_another(self, auth, administrator, change):
        answer = await auth.ask("PATCH", f"/admin/staff/{administrator.account_id}", actor=administrator, json=change)
        assert (answer.status_code, answer.json()["code"]) == (409, "own-account")

    @pytest.mark.parametrize("account", ["aut-" + "0" * 32, "x"])
    async def test_is_not_found_for_no_account(self, auth, administrator, account):
        answer = await auth.ask("PATCH", f"/admin/staff/{account}", actor=administrator, json={"name": "А"})
        assert (answer.status_code, answer.json()["code"]) == (404, "staff-not-found")

    async def test_is_not_found_for_another_organisations_account(self, auth, administrator, operator):
        path = f"/admin/staff/{operator.administrator.account_id}"
        answer = await auth.ask("PATCH", path, actor=administrator, json={"active": False})
        assert (answer.status_code, answer.json()["code"]) == (404, "staff-not-found")

    async def test_refuses_roles_of_another_region(self, auth, administrator, hire):
        hired = (await hire(administrator)).json()
        answer = await auth.ask(
            "PATCH", f"/admin/staff/{hired['account_id']}", actor=administrator, json={"roles": ["narcologist"]}
        )
        assert answer.json()["code"] == "role-unknown"

    async def test_is_recorded_without_the_name(self, auth, administrator, hire):
        hired = (await hire(administrator)).json()
        await auth.ask(
            "PATCH", f"/admin/staff/{hired['account_id']}", actor=administrator, json={"name": "Құпия", "active": False}
        )
        [record] = await auth.rows("SELECT deed, facts, actor_id FROM audit_records ORDER BY number DESC LIMIT 1")
        assert record["deed"] == "staff-changed"
        assert record["facts"] == {"password_reset": False, "renamed": True, "active": False}
        assert f"aut-{record['actor_id'].hex}" == administrator.account_id


class TestList:
    async def test_shows_a_page_at_a_time(self, auth, administrator, hire, polyclinic):
        for _ in range(4):
            await hire(administrator, password=PASSWORD)
        seen, cursor = [], None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await auth.ask("GET", "/admin/staff", actor=administrator, params=params)).json()
            seen += [member["account_id"] for member in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 5
        assert polyclinic.administrator.account_id in seen

    async def test_shows_an_operator_the_staff_of_its_regions_providers(self, auth, region_administrator, polyclinic):
        listed = await auth.ask("GET", "/admin/staff", actor=region_administrator, params={"bin": polyclinic.bin})
        assert [member["account_id"] for member in listed.json()["items"]] == [polyclinic.administrator.account_id]

    async def test_shows_nothing_of_others(self, auth, administrator, operator):
        listed = await auth.ask("GET", "/admin/staff", actor=administrator, params={"bin": operator.bin})
        assert listed.json() == {"items": [], "next_cursor": None}

    @pytest.mark.parametrize(
        ("params", "status"), [({"limit": 0}, 422), ({"limit": 101}, 422), ({"bin": "x"}, 422), ({"cursor": "x"}, 404)]
    )
    async def test_refuses_wrong_questions(self, auth, administrator, params, status):
        assert (await auth.ask("GET", "/admin/staff", actor=administrator, params=params)).status_code == status
