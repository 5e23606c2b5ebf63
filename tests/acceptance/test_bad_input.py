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

from shared.pki.signing import sign
from shared.testing.authority import Authority

NOTHING, NOTICE = Counter[str](), Counter({"gateway.notices": 1})


def table(names, rows):
    """Test each row of a table, which is named by what it is about."""
    return pytest.mark.parametrize(names, list(rows.values()), ids=list(rows))


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
        await refuses(citizen, lambda: citizen.apply(signed), 422, "representation-not-recorded")


class TestWithoutUsableRevocationData:
    async def test_nobody_is_judged_and_the_same_document_succeeds_later(self, town, citizen, refuses):
        signed = citizen.sign(await town.document(citizen))
        async with town.without_revocation_data():
            said = await refuses(citizen, lambda: citizen.apply(signed), 503, "no-revocation-data")
            assert "notice" not in said
        assert (await citizen.api.request("POST", "/applications", json=signed)).status_code == 201
