"""Each bad input is a problem with a stable code in three languages, never a 5xx, and leaves nothing half done.

A row of a table is: what is sent, the status, the code. What condition 2 refuses leaves one numbered notice of process
4 however often it is sent, and nothing else; everything else leaves nothing at all.
"""

import json
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import cms

from gateway.forms.tokens import Form, FormTokens, read_keys
from shared.pki.signing import sign
from shared.testing.authority import Authority
from shlyuz.demo.booking import first_free
from shlyuz.running.home import Home
from shlyuz.running.keys import form_key

NOTHING, NOTICE = Counter[str](), Counter({"gateway.notices": 1})


def table(names, rows):
    """Test each row of a table, which is named by what it is about."""
    return pytest.mark.parametrize(names, list(rows.values()), ids=list(rows))


@pytest.fixture
async def refuses(town, problem):
    """Send the same thing in three languages; check status, code, words, and what was written meanwhile."""

    async def check(portal, send, status, code, *, writes=NOTHING):
        before = await town.written()
        said = await problem(portal, send, status, code)
        after = await town.written()
        after.subtract(before)
        assert +after == writes
        assert not -after
        return said

    return check


def post(portal, content, media_type="application/json", path="/applications"):
    return lambda: portal.api.request("POST", path, content=content, headers={"Content-Type": media_type})


bodies = table(
    ("content", "status", "code"),
    {
        "empty": (b"", 400, "empty-body"),
        "malformed": (b'{"document": "', 400, "malformed-json"),
        "not UTF-8": (b'{"document": "\xff"}', 400, "malformed-json"),
        "deeply nested": (b"[" * 20_000 + b"]" * 20_000, 400, "too-deeply-nested"),
        "oversized": (b'{"document": "' + b"A" * 1_500_000 + b'"}', 413, "body-too-large"),
        "a list": (b"[]", 422, "invalid-request"),
        "of other members": (b'{"dokument": "AA=="}', 422, "invalid-request"),
    },
)


class TestABody:
    @bodies
    async def test_of_an_application_is_refused(self, citizen, refuses, content, status, code):
        await refuses(citizen, post(citizen, content), status, code)

    @bodies
    async def test_of_a_registration_is_refused(self, citizen, refuses, content, status, code):
        await refuses(citizen, post(citizen, content, path="/users"), status, code)

    @bodies
    async def test_of_a_step_is_refused(self, town, refuses, content, status, code):
        workstation = await town.workstation("zhambyl")
        path = "/tasks/bkg-01a2018514dd7373a1a01daa01cc558d/prepare"
        await refuses(workstation, post(workstation, content, path=path), status, code)

    @pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
    async def test_of_another_media_type_is_refused(self, citizen, refuses, media_type):
        await refuses(citizen, post(citizen, b"{}", media_type), 415, "unsupported-media-type")


class TestASignedDocument:
    @table(
        ("document", "code"),
        {
            "empty": (b" ", "document-empty"),
            "malformed": (b"{", "document-not-json"),
            "not UTF-8": (b"\xff\xfe", "document-not-utf8"),
            "ambiguous": (b'{"purpose":"application","purpose":"application"}', "document-duplicate-name"),
            "deeply nested": (b'{"a":' * 64 + b"1" + b"}" * 64, "document-too-deep"),
            "beyond numbers": (b'{"a":1e999}', "document-number-out-of-range"),
            "a list": (b"[1]", "document-not-an-object"),
            "of another shape": (b'{"purpose":"application","audience":"shlyuz"}', "document-shape"),
            "for another purpose": (b'{"purpose":"login"}', "document-wrong-purpose"),
            "oversized": (b'{"purpose":"' + b"x" * 80_000 + b'"}', "document-too-large"),
        },
    )
    async def test_that_cannot_be_read_is_refused(self, citizen, refuses, document, code):
        signature = sign(document, citizen.person.key, at=datetime.now(UTC))
        body = json.dumps({"document": b64encode(document).decode(), "signature": b64encode(signature).decode()})
        await refuses(citizen, post(citizen, body.encode()), 422, code)

    async def test_that_is_no_base64_is_refused(self, citizen, refuses):
        await refuses(citizen, post(citizen, b'{"document": "!", "signature": "!"}'), 422, "signature-base64")

    @table(
        ("fields", "pointer"),
        {
            "no slot": ({"slot": None}, "/fields/slot"),
            "a wrong phone": ({"phone": "112"}, "/fields/phone"),
            "a long complaint": ({"complaint": "x" * 501}, "/fields/complaint"),
            "a hidden mark": ({"complaint": "a\u202eb"}, "/fields/complaint"),
            "a field not asked for": ({"unasked": 1}, "/fields/unasked"),
        },
    )
    async def test_whose_fields_do_not_fit_the_form_is_refused(self, town, citizen, refuses, fields, pointer):
        document = await town.document(citizen)
        document["fields"] |= fields
        signed = citizen.sign(document)
        said = await refuses(citizen, lambda: citizen.apply(signed), 422, "invalid-request")
        assert any(error["pointer"].startswith(pointer) for error in said["errors"])

    async def test_for_a_provider_that_nobody_knows_is_refused(self, town, citizen, refuses):
        signed = citizen.sign(await town.document(citizen, provider="990140000011"))
        await refuses(citizen, lambda: citizen.apply(signed), 404, "provider-unknown")

    async def test_that_names_a_document_of_nobody_is_refused(self, town, refuses):
        someone = await town.citizen("akmola")
        named = [{"id": "bkg-01a2018514dd7373a1a01daa01cc558d", "sha256": "0" * 64}]
        signed = someone.sign(await town.document(someone, "akmola", documents=named))
        await refuses(someone, lambda: someone.apply(signed), 422, "document-not-usable")


def changed(change):
    """A CMS with something changed in its structure after it was made."""

    def signature(town, citizen, document):
        message = cms.ContentInfo.load(sign(document, citizen.person.key, at=datetime.now(UTC)))
        change(message["content"])
        return message.dump(force=True)

    return signature


def no_signer(data):
    data["signer_infos"] = []


def two_signers(data):
    one = data["signer_infos"][0]
    data["signer_infos"] = [one, one.copy()]


def no_certificate(data):
    data["certificates"] = cms.CertificateSet([])


def over_something_else(_town, citizen, document):
    return sign(document.replace(b"zhambyl", b"akmola"), citizen.person.key, at=datetime.now(UTC))


def around_something_else(_town, citizen, document):
    return sign(document + b" ", citizen.person.key, at=datetime.now(UTC), detached=False)


def a_changed_signature(_town, citizen, document):
    made = bytearray(sign(document, citizen.person.key, at=datetime.now(UTC)))
    made[-10] ^= 1
    return bytes(made)


def no_cms(_town, _citizen, _document):
    return b"signed: me"


def another_cms(_town, _citizen, document):
    return cms.ContentInfo({"content_type": "data", "content": document}).dump()


def by(make_key):
    def signature(town, citizen, document):
        return sign(document, make_key(town, citizen), at=datetime.now(UTC))

    return signature


def certificate(**made):
    return by(lambda town, citizen: town.key_of(citizen, **made))


def past(*days):
    return [datetime.now(UTC) + timedelta(days=each) for each in days]


def expired(town, citizen):
    begin, end = past(-400, -1)
    return town.key_of(citizen, not_before=begin, not_after=end)


def not_yet_valid(town, citizen):
    begin, end = past(1, 300)
    return town.key_of(citizen, not_before=begin, not_after=end)


def self_signed(town, citizen):
    return town.authority.self_signed(iin=citizen.person.iin, at=datetime.now(UTC)).key


def foreign(title):
    def key(_town, citizen):
        stranger = Authority.create(at=datetime.now(UTC), base_url="http://127.0.0.1:9", title=title)
        return stranger.citizen(iin=citizen.person.iin, at=datetime.now(UTC)).key

    return key


def another_person(town, _citizen):
    return town.newcomer().person.key


def an_employee(town, citizen):
    provider = town.world.provider("zhambyl")["bin"]
    return town.authority.staff(iin=citizen.person.iin, bin=provider, at=datetime.now(UTC)).key


class TestASignature:
    @table(
        ("signature", "code"),
        {
            "no signer": (changed(no_signer), "no-signer"),
            "two signers": (changed(two_signers), "several-signers"),
            "no certificate": (changed(no_certificate), "no-certificate"),
            "no CMS": (no_cms, "signature-malformed"),
            "a CMS of another kind": (another_cms, "signature-not-cms"),
            "tampered content": (over_something_else, "digest-mismatch"),
            "other content inside": (around_something_else, "content-differs"),
            "a changed signature": (a_changed_signature, "signature-invalid"),
            "an authentication key": (certificate(purpose="authentication"), "authentication-key"),
            "an expired certificate": (by(expired), "certificate-expired"),
            "a certificate not yet valid": (by(not_yet_valid), "certificate-not-yet-valid"),
            "a self-signed certificate": (by(self_signed), "self-signed"),
            "a foreign certificate": (by(foreign("SOMEWHERE")), "untrusted-issuer"),
            "a foreign one under our name": (by(foreign("SHLYUZ DEMO")), "issuer-signature-invalid"),
            "another person's certificate": (by(another_person), "iin-mismatch"),
            "an employee's certificate": (by(an_employee), "role-refused"),
        },
    )
    async def test_that_does_not_hold_is_refused_by_process_4(self, town, citizen, refuses, signature, code):
        """Zhambyl booking 11(6)-(7), akmola booking 8(6)-(7): the notice of refusal is formed, and kept."""
        document = json.dumps(await town.document(citizen), ensure_ascii=False).encode()
        made = b64encode(signature(town, citizen, document)).decode()
        body = {"document": b64encode(document).decode(), "signature": made}
        said = await refuses(citizen, lambda: citizen.apply(body), 422, code, writes=NOTICE)
        assert (said["condition"], said["process"]) == (2, 4)
        (notice,) = (await citizen.api.get("/notices"))["items"]
        assert (notice["number"], notice["code"], notice["process"]) == (said["notice"], code, 4)
        assert len(set(notice["texts"].values())) == 3

    async def test_of_a_revoked_certificate_is_refused_by_process_4(self, town, citizen, refuses):
        await town.revoke(citizen)
        signed = citizen.sign(await town.document(citizen))
        said = await refuses(citizen, lambda: citizen.apply(signed), 422, "certificate-revoked", writes=NOTICE)
        assert (said["condition"], said["process"]) == (2, 4)

    async def test_does_not_carry_another_persons_application(self, town, citizen, refuses):
        other = town.newcomer().person.iin
        signed = citizen.sign(await town.document(citizen, applicant={"iin": other}, patient={"iin": other}))
        said = await refuses(citizen, lambda: citizen.apply(signed), 422, "iin-mismatch", writes=NOTICE)
        assert said["process"] == 4

    async def test_does_not_carry_an_application_about_another_person(self, town, citizen, refuses):
        signed = citizen.sign(await town.document(citizen, patient={"iin": town.newcomer().person.iin}))
        await refuses(citizen, lambda: citizen.apply(signed), 422, "representation-not-offered")


class TestWithoutUsableRevocationData:
    async def test_nobody_is_judged_and_the_same_document_succeeds_later(self, town, citizen, refuses):
        signed = citizen.sign(await town.document(citizen))
        async with town.without_revocation_data():
            said = await refuses(citizen, lambda: citizen.apply(signed), 503, "no-revocation-data")
            assert "notice" not in said
        assert (await citizen.api.request("POST", "/applications", json=signed)).status_code == 201


def given(purpose="application", service="zhambyl.booking", age=timedelta(0)):
    """A token made with the region's own key."""

    def token(town, edition):
        tokens = FormTokens(read_keys(form_key(Home(town.region.home))), lifetime=timedelta(hours=24))
        form = Form(purpose=purpose, service=service, edition=edition)
        return tokens.give(form, now=datetime.now(UTC) - age).token

    return token


def forged(town, edition):
    token = given()(town, edition)
    return token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")


class TestAFormToken:
    @table(
        ("token", "code"),
        {
            "expired": (given(age=timedelta(hours=24, seconds=2)), "form-token-expired"),
            "forged": (forged, "form-token-forged"),
            "no token": (lambda *_: "x", "form-token-forged"),
            "for a withdrawal": (given(purpose="withdrawal"), "form-token-for-another-purpose"),
            "for a registration": (given(purpose="registration", service=None), "form-token-for-another-purpose"),
            "for another service": (given(service="akmola.booking"), "form-token-for-another-service"),
        },
    )
    async def test_that_is_not_for_this_form_and_now_is_refused(self, town, citizen, refuses, token, code):
        edition = (await citizen.form("zhambyl.booking"))["edition"]
        signed = citizen.sign(await town.document(citizen, form_token=token(town, edition)))
        await refuses(citizen, lambda: citizen.apply(signed), 422, code)

    async def test_a_day_old_but_for_a_minute_is_taken(self, town, citizen):
        edition = (await citizen.form("zhambyl.booking"))["edition"]
        token = given(age=timedelta(hours=23, minutes=59))(town, edition)
        assert (await town.file(citizen, form_token=token))["number"]


class TestASlot:
    async def _refused(self, town, citizen, refuses, slot, status, code, **changed):
        fields = {"slot": slot, "phone": "+77011234567"}
        signed = citizen.sign(await town.document(citizen, fields=fields, **changed))
        return await refuses(citizen, lambda: citizen.apply(signed), status, code)

    async def test_that_is_taken_is_refused_with_the_next_free_ones(self, town, citizen, refuses):
        slot = (await town.file(await town.citizen()))["appointment"]
        named = {"id": slot["slot_id"], "starts_at": slot["starts_at"]}
        said = await self._refused(town, citizen, refuses, named, 409, "slot-taken")
        assert said["next_free"]
        free = {"id": said["next_free"][0]["id"], "starts_at": said["next_free"][0]["starts_at"]}
        receipt = await town.file(citizen, fields={"slot": free, "phone": "+77011234567"})
        assert receipt["appointment"]["slot_id"] == free["id"]

    async def test_in_the_past_is_refused(self, town, citizen, refuses):
        (gone,) = await town.ask_database(
            "booking",
            "UPDATE slots SET starts_at = starts_at - interval '90 days', ends_at = ends_at - interval '90 days'"
            " WHERE id = (SELECT id FROM slots WHERE provider = $1 AND application IS NULL AND withdrawn_at IS NULL"
            " ORDER BY starts_at DESC LIMIT 1) RETURNING id, starts_at",
            town.world.provider("zhambyl")["bin"],
        )
        named = {"id": f"bkg-{gone['id'].hex}", "starts_at": gone["starts_at"].isoformat()}
        said = await self._refused(town, citizen, refuses, named, 409, "slot-in-the-past")
        assert said["next_free"]

    async def test_outside_the_schedule_is_refused(self, town, citizen, refuses):
        provider = town.world.people["providers"][-1]["bin"]
        doctor, slot = await first_free(citizen, provider)
        administrator = await town.workstation("zhambyl", "administrator", provider=provider)
        path = f"/admin/doctors/{doctor['id']}/schedule"
        saturday = {"weekday": 5, "opens": "10:00", "closes": "12:00", "slot_minutes": 30}
        today = datetime.now(UTC).date().isoformat()
        await administrator.api.request("PUT", path, json={"valid_from": today, "receptions": [saturday]})
        said = await self._refused(town, citizen, refuses, slot, 409, "slot-outside-schedule", provider=provider)
        assert said["next_free"]

    async def test_of_another_provider_is_refused(self, town, citizen, refuses):
        _, slot = await first_free(citizen, town.world.provider("akmola")["bin"])
        await self._refused(town, citizen, refuses, slot, 422, "slot-of-another-provider")

    async def test_at_another_time_than_the_signed_one_is_refused(self, town, citizen, refuses):
        _, slot = await first_free(citizen, town.world.provider("zhambyl")["bin"])
        later = datetime.fromisoformat(slot["starts_at"]) + timedelta(minutes=5)
        said = slot | {"starts_at": later.isoformat()}
        await self._refused(town, citizen, refuses, said, 422, "slot-time-mismatch")

    async def test_that_nobody_knows_is_refused(self, town, citizen, refuses):
        _, slot = await first_free(citizen, town.world.provider("zhambyl")["bin"])
        unknown = slot | {"id": "bkg-01a2018514dd7373a1a01daa01cc558d"}
        await self._refused(town, citizen, refuses, unknown, 422, "slot-unknown")


PDF = b"%PDF-1.7\n%%EOF\n"


class TestAnUpload:
    @table(
        ("content", "media_type", "status", "code"),
        {
            "a GIF": (b"GIF89a", "image/gif", 415, "unsupported-media-type"),
            "a page": (b"<html></html>", "text/html", 415, "unsupported-media-type"),
            "too large": (b"%PDF-1.7\n" + b"0" * (5 * 1024 * 1024), "application/pdf", 413, "body-too-large"),
            "no PNG": (b"this is no picture", "image/png", 422, "document-not-genuine"),
            "a PNG called PDF": (b"\x89PNG\r\n\x1a\n", "application/pdf", 422, "document-not-genuine"),
            "empty": (b"", "application/pdf", 400, "empty-body"),
        },
    )
    async def test_of_the_wrong_kind_or_size_is_refused(self, town, refuses, content, media_type, status, code):
        someone = await town.citizen("akmola")
        path = "/documents?service=akmola.booking"
        await refuses(someone, post(someone, content, media_type, path), status, code)

    async def test_for_a_form_without_documents_is_refused(self, citizen, refuses):
        send = post(citizen, PDF, "application/pdf", "/documents?service=zhambyl.booking")
        await refuses(citizen, send, 422, "documents-not-taken")


@pytest.fixture(scope="module")
async def theirs(town):
    """An issued application of akmola with its document, and another of zhambyl with an open task."""
    applicant = await town.citizen("akmola")
    receipt = await town.file(applicant, "akmola")
    shown = await applicant.api.get(f"/applications/{receipt['id']}")
    workstation = await town.workstation("akmola")
    return {
        "application": receipt["id"],
        "document": shown["documents"][0]["id"],
        "task": (await workstation.task_of(receipt["id"]))["id"],
    }


class TestAnotherPersonsObject:
    @pytest.mark.parametrize(
        "path",
        [
            "/applications/{application}",
            "/applications/{application}/history",
            "/applications/{application}/result",
            "/applications/{application}/evidence",
            "/documents/{document}",
        ],
    )
    async def test_is_not_found_by_a_citizen(self, town, theirs, refuses, path):
        stranger = await town.citizen("akmola")
        await refuses(stranger, lambda: stranger.api.get(path.format(**theirs)), 404, "not-found")

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "/tasks/{task}", None),
            ("GET", "/tasks/{task}/documents/{document}", None),
            ("POST", "/tasks/{task}/claim", {}),
            ("POST", "/tasks/{task}/release", {}),
            ("POST", "/tasks/{task}/prepare", {"outcome": "time-given"}),
            ("POST", "/tasks/{task}/complete", {"outcome": "time-given"}),
        ],
    )
    async def test_is_not_found_by_staff_of_another_provider(self, town, theirs, refuses, method, path, body):
        workstation = await town.workstation("zhambyl")
        options = {} if body is None else {"json": body}
        send = lambda: workstation.api.request(method, path.format(**theirs), **options)  # noqa: E731 - sent thrice
        await refuses(workstation, send, 404, "not-found")

    async def test_cannot_be_used_for_an_application(self, town, theirs, refuses):
        stranger = await town.citizen("akmola")
        named = [{"id": theirs["document"], "sha256": "0" * 64}]
        signed = stranger.sign(await town.document(stranger, "akmola", documents=named))
        await refuses(stranger, lambda: stranger.apply(signed), 422, "document-not-usable")
