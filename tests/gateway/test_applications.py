"""POST /applications: the accepted path, and every bad input that the gateway decides."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from gateway.forms.tokens import Form
from shared.testing.authority import Authority


class TestFile:
    async def test_forwards_document_signature_and_evidence(self, region, citizen):
        body = citizen.signed(await citizen.document())
        answer = await citizen.file(body, **{"Idempotency-Key": "k-1", "X-Secret": "x"})
        assert answer.status_code == 201, answer.text
        call = region.booking.calls[-1]
        assert {name: call["body"][name] for name in body} == body
        evidence = call["body"]["evidence"]
        assert evidence["verdict"]["value"] == "valid"
        assert evidence["verdict"]["signer"]["iin"] == citizen.iin
        assert evidence["form"] == {"edition": "1"}
        assert len(evidence["path"]) == 3
        assert evidence["revocation"][0]["kind"] == "list"
        assert call["actor"].iin == citizen.iin
        assert call["actor"].acr == "password"
        assert call["headers"]["idempotency-key"] == "k-1"
        assert "x-secret" not in call["headers"]

    async def test_takes_an_enveloping_signature_too(self, citizen):
        assert (await citizen.file(citizen.signed(await citizen.document(), detached=False))).status_code == 201

    async def test_lets_only_known_headers_pass_back(self, citizen):
        answer = await citizen.file()
        assert "x-inner" not in answer.headers
        assert answer.headers["x-request-id"]

    async def test_answers_the_same_document_with_the_same_application(self, citizen):
        body = citizen.signed(await citizen.document())
        first, second = await citizen.file(body), await citizen.file(body)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()

    async def test_stores_nothing_of_its_own_when_it_accepts(self, region, citizen):
        async with region.database.transaction() as session:
            before = await _written(session)
        assert (await citizen.file()).status_code == 201
        async with region.database.transaction() as session:
            assert await _written(session) == before


async def _written(session):
    from sqlalchemy import text

    counted = "SELECT (SELECT count(*) FROM notices), (SELECT count(*) FROM person_keys), (SELECT count(*) FROM outbox)"
    return (await session.execute(text(counted))).one()


class TestRefuseBodies:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"", 400, "empty-body"),
            (b"{", 400, "malformed-json"),
            (b"[" * 5000 + b"]" * 5000, 400, "too-deeply-nested"),
            (b'{"document": 1}', 422, "invalid-request"),
            (b"[]", 422, "invalid-request"),
            (b'{"document": "!!", "signature": "AA=="}', 422, "signature-base64"),
            (b'{"document": "AA==", "signature": "AA==", "extra": 1}', 422, "invalid-request"),
            (b'"' + b"x" * 1_200_000 + b'"', 413, "body-too-large"),
        ],
    )  # fmt: skip
    async def test_that_are_no_signed_document(self, citizen, problem, body, status, code):
        answer = await citizen.ask("POST", "/applications", content=body, headers={"Content-Type": "application/json"})
        problem(answer, status, code)

    async def test_of_another_media_type(self, citizen, problem):
        answer = await citizen.ask(
            "POST", "/applications", content=b"<a/>", headers={"Content-Type": "application/xml"}
        )
        problem(answer, 415, "unsupported-media-type")

    @pytest.mark.parametrize(
        ("document", "status", "code"),
        [
            (b" ", 422, "document-empty"),
            (b"{", 422, "document-not-json"),
            (b'{"a":1,"a":2}', 422, "document-duplicate-name"),
            (b'{"a":' * 40 + b"1" + b"}" * 40, 422, "document-too-deep"),
            (b"\xff", 422, "document-not-utf8"),
            (b'{"purpose":"withdrawal"}', 422, "document-wrong-purpose"),
            (b'{"purpose":"application","audience":"shlyuz"}', 422, "document-shape"),
            (b'{"purpose":"' + b"x" * 70_000 + b'"}', 422, "document-too-large"),
        ],
    )  # fmt: skip
    async def test_whose_document_is_not_to_be_read(self, citizen, problem, document, status, code):
        problem(await citizen.file(citizen.signed(document)), status, code)

    async def test_with_an_idempotency_key_that_is_none(self, citizen, problem):
        problem(await citizen.file(**{"Idempotency-Key": "a b"}), 400, "idempotency-key-invalid")

    async def test_for_a_service_that_nobody_offers(self, region, citizen, problem):
        tokens = region.processes["gateway"].app.state.platform.resources["form_tokens"]
        form = Form(purpose="application", service="zhambyl.nothing", edition="1")
        token = tokens.give(form, now=datetime.now(UTC)).token
        document = await citizen.document(service="nothing", form_token=token)
        problem(await citizen.file(citizen.signed(document)), 404, "not-found")


class TestRefuseFormTokens:
    async def _file(self, citizen, token):
        return await citizen.file(citizen.signed(await citizen.document(form_token=token)))

    async def test_that_are_forged(self, citizen, problem):
        token = await citizen.form_token()
        forged = token[:-2] + ("AA" if not token.endswith("AA") else "BB")
        problem(await self._file(citizen, forged), 422, "form-token-forged")
        problem(await self._file(citizen, "x"), 422, "form-token-forged")

    async def test_for_another_service(self, citizen, problem):
        token = await citizen.form_token("/services/akmola.booking/form")
        problem(await self._file(citizen, token), 422, "form-token-for-another-service")

    async def test_for_another_purpose(self, citizen, problem):
        token = await citizen.form_token("/services/zhambyl.booking/form?purpose=withdrawal")
        problem(await self._file(citizen, token), 422, "form-token-for-another-purpose")
        problem(
            await self._file(citizen, await citizen.form_token("/forms/registration")),
            422,
            "form-token-for-another-purpose",
        )

    async def test_a_day_old(self, region, citizen, problem):
        tokens = region.processes["gateway"].app.state.platform.resources["form_tokens"]
        form = Form(purpose="application", service="zhambyl.booking", edition="1")
        old = tokens.give(form, now=datetime.now(UTC) - timedelta(hours=24, seconds=1)).token
        problem(await self._file(citizen, old), 422, "form-token-expired")


class TestRefuseWithProcess4:
    """Zhambyl 11(6)-(7), akmola 8(6)-(7): a failure of condition 2 is a stored, numbered notice in the cabinet."""

    async def _refused(self, citizen, problem, body, code):
        body = problem(await citizen.file(body), 422, code)
        assert (body["condition"], body["process"]) == (2, 4)
        assert body["clause"]
        notices = (await citizen.ask("GET", "/notices")).json()["items"]
        assert [notice["code"] for notice in notices if notice["number"] == body["notice"]] == [code]
        assert set(notices[0]["texts"]) == {"kk", "ru", "en"}
        return body

    async def test_a_signature_over_something_else(self, citizen, problem):
        body = citizen.signed(await citizen.document())
        other = citizen.signed(await citizen.document())
        await self._refused(citizen, problem, body | {"signature": other["signature"]}, "digest-mismatch")

    async def test_bytes_that_are_no_cms(self, citizen, problem):
        document = base64.b64encode(await citizen.document()).decode()
        refused = {"document": document, "signature": base64.b64encode(b"\x30\x03\x02\x01\x01").decode()}
        answer = await citizen.file(refused)
        assert answer.status_code == 422
        assert answer.json()["process"] == 4

    async def test_a_cms_without_signer_or_certificate_or_with_two_signers(self, citizen, problem):
        document = await citizen.document()
        for change, code in ((_without_signer, "no-signer"), (_without_certificate, "no-certificate"),
                             (_with_two_signers, "several-signers")):  # fmt: skip
            body = citizen.signed(document)
            cms = change(base64.b64decode(body["signature"]))
            await self._refused(citizen, problem, body | {"signature": base64.b64encode(cms).decode()}, code)

    async def test_an_authentication_key(self, region, citizen, problem):
        holder = _holder(region.ca, citizen, purpose="authentication")
        body = citizen.signed(await citizen.document(), key=holder.key)
        await self._refused(citizen, problem, body, "authentication-key")

    async def test_an_expired_certificate(self, region, citizen, problem):
        past = datetime.now(UTC) - timedelta(days=400)
        holder = _holder(region.ca, citizen, not_before=past, not_after=past + timedelta(days=365))
        body = citizen.signed(await citizen.document(), key=holder.key)
        await self._refused(citizen, problem, body, "certificate-expired")

    async def test_a_certificate_that_is_not_valid_yet(self, region, citizen, problem):
        soon = datetime.now(UTC) + timedelta(days=1)
        holder = _holder(region.ca, citizen, not_before=soon, not_after=soon + timedelta(days=365))
        body = citizen.signed(await citizen.document(), key=holder.key)
        await self._refused(citizen, problem, body, "certificate-not-yet-valid")

    async def test_a_revoked_certificate(self, region, citizen, problem):
        region.ca.revoke(citizen.holder.certificate, at=datetime.now(UTC), reason="key-compromise")
        await region.fetch_lists()
        await self._refused(citizen, problem, citizen.signed(await citizen.document()), "certificate-revoked")

    async def test_a_self_signed_certificate(self, region, citizen, problem):
        holder = region.ca.self_signed(iin=citizen.iin, at=datetime.now(UTC))
        body = citizen.signed(await citizen.document(), key=holder.key)
        await self._refused(citizen, problem, body, "self-signed")

    async def test_a_certificate_of_a_foreign_authority(self, citizen, problem):
        foreign = Authority.create(at=datetime.now(UTC), base_url="http://127.0.0.1:9")
        body = citizen.signed(await citizen.document(), key=_holder(foreign, citizen).key)
        assert (await citizen.file(body)).json()["process"] == 4

    async def test_another_persons_signature(self, region, citizen, problem):
        other = await region.citizen()
        body = citizen.signed(await citizen.document(), key=other.holder.key)
        await self._refused(citizen, problem, body, "iin-mismatch")

    async def test_an_application_in_another_persons_name(self, region, citizen, problem):
        other = await region.citizen()
        body = citizen.signed(await citizen.document(applicant={"iin": other.iin}))
        await self._refused(citizen, problem, body, "iin-mismatch")
        assert (await other.ask("GET", "/notices")).json()["items"] == []

    async def test_the_certificate_of_an_employee(self, region, citizen, problem):
        holder = region.staff_holder(number=citizen.iin)
        body = citizen.signed(await citizen.document(), key=holder.key)
        await self._refused(citizen, problem, body, "role-refused")

    async def test_once_however_often_it_is_sent(self, region, citizen, problem):
        other = await region.citizen()
        body = citizen.signed(await citizen.document(), key=other.holder.key)
        first = await self._refused(citizen, problem, body, "iin-mismatch")
        second = await self._refused(citizen, problem, body, "iin-mismatch")
        assert first["notice"] == second["notice"]
        assert len((await citizen.ask("GET", "/notices")).json()["items"]) == 1

    async def test_with_words_in_the_callers_language(self, region, citizen):
        other = await region.citizen()
        body = citizen.signed(await citizen.document(), key=other.holder.key)
        titles = {
            language: (await citizen.file(body, **{"Accept-Language": language})).json()["title"]
            for language in ("kk", "ru", "en")
        }
        assert titles == {"kk": "ЖСН сәйкес емес", "ru": "ИИН не совпадает", "en": "The IIN does not match"}

    async def test_and_keeps_no_person_in_the_clear(self, region, citizen, problem):
        other = await region.citizen()
        await self._refused(
            citizen, problem, citizen.signed(await citizen.document(), key=other.holder.key), "iin-mismatch"
        )
        async with region.database.transaction() as session:
            from sqlalchemy import text

            rows = (await session.execute(text("SELECT row_to_json(n)::text FROM notices n"))).scalars().all()
        for number in (citizen.iin, other.iin):
            assert not any(number in row or number.encode().hex() in row for row in rows)


class TestAnswerNotNow:
    async def test_without_usable_lists_and_takes_the_same_document_later(self, region, citizen, problem):
        body = citizen.signed(await citizen.document())
        loader = region.processes["gateway"].app.state.platform.resources["revocation"]
        verifier = region.processes["gateway"].app.state.platform.resources["condition2"]._verifier
        held, empty = verifier._index, type(verifier._index)()
        verifier._index = empty
        region.authority.behave("/ocsp", "dead")
        try:
            answer = await citizen.file(body, **{"Idempotency-Key": "again"})
            told = problem(answer, 503, "no-revocation-data")
            assert int(answer.headers["retry-after"]) > 0
            assert "notice" not in told
            assert (await citizen.ask("GET", "/notices")).json()["items"] == []
        finally:
            verifier._index = held
            region.authority.behave("/ocsp", "ok")
        assert loader.ready
        assert (await citizen.file(body, **{"Idempotency-Key": "again"})).status_code == 201

    async def test_while_the_owner_is_away(self, region, citizen, problem):
        body = citizen.signed(await citizen.document())
        await region.processes["booking"].stop()
        try:
            answer = await citizen.file(body)
            problem(answer, 503, "service-away")
            assert int(answer.headers["retry-after"]) > 0
        finally:
            await region.processes["booking"].start()
        await _until_taken(citizen, body)


async def _until_taken(citizen, body):
    import asyncio

    for _ in range(40):
        answer = await citizen.file(body)
        if answer.status_code == 201:
            return
        assert answer.status_code == 503
        await asyncio.sleep(0.2)
    raise AssertionError(answer.text)


def _holder(ca, citizen, **more):
    return ca.citizen(iin=citizen.iin, surname="СЫНАҚ", given_name="АННА", patronymic="", at=datetime.now(UTC), **more)


def _cms(der):
    from asn1crypto import cms

    return cms.ContentInfo.load(der)


def _without_signer(der):
    found = _cms(der)
    found["content"]["signer_infos"] = []
    return found.dump(force=True)


def _without_certificate(der):
    from asn1crypto import cms

    found = _cms(der)
    found["content"]["certificates"] = cms.CertificateSet([])
    return found.dump(force=True)


def _with_two_signers(der):
    found = _cms(der)
    one = found["content"]["signer_infos"][0]
    found["content"]["signer_infos"] = [one, one.copy()]
    return found.dump(force=True)
