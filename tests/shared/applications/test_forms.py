"""The documents that people sign: one meaning for every reader, and one purpose each."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.applications.forms import (
    ApplicationDocument,
    RegistrationDocument,
    read_document,
    sha256_hex,
    write_document,
)
from shared.applications.ijson import UnreadableDocument, read_ijson

APPLICATION: dict[str, Any] = {
    "purpose": "application",
    "audience": "shlyuz",
    "request_id": "0192d3a0-0000-7000-8000-000000000001",
    "applicant": {"iin": "990101300018"},
    "patient": {"iin": "990101300018"},
    "region": "zhambyl",
    "service": "booking",
    "provider": "990140000015",
    "fields": {"slot_id": "bkg-" + "0" * 32, "note": "Қазақша"},
    "documents": [],
    "form_token": "abc.def",
}


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        read_document(ApplicationDocument, data)
    return caught.value.code


def changed(**members: object) -> bytes:
    return json.dumps({**APPLICATION, **members}).encode()


class TestReadDocument:
    def test_reads_an_application(self) -> None:
        document = read_document(ApplicationDocument, changed())
        assert (document.applicant.iin, document.fields["note"]) == ("990101300018", "Қазақша")

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "document-empty"),
            (b"  \n ", "document-empty"),
            (b"[" * 70_000, "document-too-large"),
            (b"[" * 60_000, "document-too-deep"),
            (b'{"a":' * 13 + b"1" + b"}" * 13, "document-too-deep"),
            (b"\xff{}", "document-not-utf8"),
            (b"\xef\xbb\xbf{}", "document-not-json"),
            ("{}".encode("utf-16"), "document-not-utf8"),
            (b"{", "document-not-json"),
            (b"{} {}", "document-not-json"),
            (b'{"a":NaN}', "document-not-json"),
            (b'{"a":-Infinity}', "document-not-json"),
            (b'{"a":1,"a":2}', "document-duplicate-name"),
            (b'{"a":{"b":1,"\\u0062":2}}', "document-duplicate-name"),
            (b'{"a":1e400}', "document-number-out-of-range"),
            (b'{"a":9007199254740992}', "document-number-out-of-range"),
            (b'{"a":' + b"9" * 9000 + b"}", "document-number-out-of-range"),
            (b'{"a":0.' + b"1" * 50 + b"}", "document-number-out-of-range"),
            (b'{"a":"\\ud800"}', "document-bad-character"),
            (b'{"\\udfff":1}', "document-bad-character"),
            (b'{"a":["\\u0000"]}', "document-bad-character"),
            ('{"a":"\ufdd0"}'.encode(), "document-bad-character"),
            ('{"a":"\U0001ffff"}'.encode(), "document-bad-character"),
            (b"[]", "document-not-an-object"),
            (b'"text"', "document-not-an-object"),
        ],
    )
    def test_refuses_what_two_readers_may_read_differently(self, data: bytes, code: str) -> None:
        assert code_of(data) == code

    def test_takes_the_largest_exact_integer(self) -> None:
        assert read_ijson(b'{"a":9007199254740991,"b":1.5}') == {"a": 9007199254740991, "b": 1.5}

    @pytest.mark.parametrize("members", [{"purpose": "withdrawal"}, {"audience": "other"}, {"purpose": None}])
    def test_refuses_another_purpose(self, members: dict[str, object]) -> None:
        assert code_of(changed(**members)) == "document-wrong-purpose"

    def test_names_the_purpose_first_when_more_is_wrong(self) -> None:
        assert code_of(b'{"purpose":"registration","audience":"shlyuz"}') == "document-wrong-purpose"

    @pytest.mark.parametrize(
        ("members", "pointer"),
        [
            ({"extra": 1}, "/extra"),
            ({"a/b~": 1}, "/a~1b~0"),
            ({"applicant": {"iin": "99010130001"}}, "/applicant/iin"),
            ({"applicant": {"iin": 990101300018}}, "/applicant/iin"),
            ({"applicant": {"iin": "990101300018\n"}}, "/applicant/iin"),
            ({"request_id": "x"}, "/request_id"),
            ({"fields": []}, "/fields"),
            ({"documents": [{"id": "bkg-1", "sha256": "0" * 64}]}, "/documents/0/id"),
            ({"documents": [{"id": "bkg-" + "0" * 32, "sha256": "0" * 64}] * 21}, "/documents"),
            ({"form_token": ""}, "/form_token"),
            ({"region": "Жамбыл"}, "/region"),
        ],
    )
    def test_points_at_the_member_that_is_wrong(self, members: dict[str, object], pointer: str) -> None:
        with pytest.raises(UnreadableDocument) as caught:
            read_document(ApplicationDocument, changed(**members))
        assert (caught.value.code, caught.value.pointer) == ("document-shape", pointer)

    def test_never_says_a_value_in_the_error(self) -> None:
        with pytest.raises(UnreadableDocument) as caught:
            read_document(ApplicationDocument, changed(applicant={"iin": "99010130001X"}))
        assert "99010130001X" not in str(caught.value)


class TestReadIjson:
    @given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    def test_reads_or_refuses_whatever_comes(self, data: bytes) -> None:
        try:
            value = read_ijson(data)
        except UnreadableDocument:
            return
        assert isinstance(value, dict)

    @given(
        st.dictionaries(
            st.text("abcәқ", max_size=5),
            st.recursive(
                st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("xyз \n", max_size=9),
                lambda inner: (
                    st.lists(inner, max_size=3) | st.dictionaries(st.text("k", max_size=3), inner, max_size=3)
                ),
                max_leaves=8,
            ),
            max_size=4,
        )
    )
    def test_reads_what_json_means(self, value: dict[str, Any]) -> None:
        assert read_ijson(json.dumps(value).encode()) == value


class TestWriteDocument:
    def test_writes_what_it_reads(self) -> None:
        document = read_document(ApplicationDocument, changed())
        assert read_document(ApplicationDocument, write_document(document)) == document

    def test_leaves_out_what_is_absent(self) -> None:
        form = RegistrationDocument.model_validate(
            {key: APPLICATION[key] for key in ("audience", "request_id", "applicant", "form_token")}
            | {"purpose": "registration"}
        )
        assert write_document(form).startswith(b'{"applicant":{"iin":"990101300018"},"audience":"shlyuz"')
        assert len(sha256_hex(write_document(form))) == 64
