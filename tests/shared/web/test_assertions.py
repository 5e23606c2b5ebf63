"""Assertions between services: every claim counts, and nothing that is not known passes."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt as other_jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey

from shared.web import Actor, AssertionInvalid, CallerKey, CallerKeys

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
GATEWAY = CallerKey.generate("gateway")
KEYS = CallerKeys({"gateway": GATEWAY.key.public_key()})
ACTOR = Actor(
    kind="staff", account_id="aut-1", session_id="s-1", iin="900101300123", acr="certificate", bin="000740000728",
    roles=frozenset({"dispatcher", "supervisor"}), name="Анна",
)  # fmt: skip
GOOD = {
    "iss": "gateway", "aud": "booking", "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 60, "jti": "1",
}  # fmt: skip


def forged(claims=None, *, headers=None, key=GATEWAY.key, algorithm="EdDSA", **changes):
    body = {name: value for name, value in {**GOOD, **(claims or {}), **changes}.items() if value is not ...}
    return jwt.encode(body, key, algorithm=algorithm, headers={"kid": "gateway", **(headers or {})})


class TestAssertion:
    def test_carries_caller_and_actor(self):
        assertion = KEYS.verify(GATEWAY.sign("booking", ACTOR, now=NOW), "booking", now=NOW)
        assert (assertion.caller, assertion.person) == ("gateway", ACTOR)
        assert KEYS.verify(GATEWAY.sign("booking", now=NOW), "booking", now=NOW).actor is None

    def test_is_read_by_another_library(self):
        token = GATEWAY.sign("booking", ACTOR, now=NOW)
        key = OKPKey.import_key(GATEWAY.public_pem())
        with pytest.warns(SecurityWarning, match="RFC 9864"):  # it would have us write Ed25519, which PyJWT cannot yet
            claims = other_jwt.decode(token, key, algorithms=["EdDSA"]).claims
        assert claims["actor"]["roles"] == ["dispatcher", "supervisor"]
        assert claims["exp"] - claims["iat"] == 60

    @pytest.mark.parametrize(("by", "good"), [(0, True), (59, True), (64, True), (66, False), (-4, True), (-6, False)])
    def test_lives_sixty_seconds_and_five_of_grace(self, by, good):
        token = GATEWAY.sign("booking", now=NOW)
        then = NOW + timedelta(seconds=by)
        if good:
            assert KEYS.verify(token, "booking", now=then).caller == "gateway"
        else:
            with pytest.raises(AssertionInvalid):
                KEYS.verify(token, "booking", now=then)

    @pytest.mark.parametrize("changes", [
        {"aud": "lab"}, {"aud": ["booking"]}, {"aud": ...}, {"iss": "lab"}, {"iss": ...}, {"exp": ...}, {"iat": ...},
        {"jti": ...}, {"exp": GOOD["exp"] + 1}, {"exp": GOOD["iat"]}, {"exp": str(GOOD["exp"])},
        {"iat": float(GOOD["iat"])},
        {"admin": True}, {"nbf": GOOD["iat"]}, {"actor": "x"}, {"actor": {}},
        {"actor": {**ACTOR.claims(), "kind": "robot"}}, {"actor": {**ACTOR.claims(), "acr": "none"}},
        {"actor": {**ACTOR.claims(), "iin": 1}}, {"actor": {**ACTOR.claims(), "roles": "supervisor"}},
        {"actor": {**ACTOR.claims(), "more": 1}},
    ], ids=str)  # fmt: skip
    def test_is_refused_when_a_claim_is_wrong(self, changes):
        with pytest.raises(AssertionInvalid):
            KEYS.verify(forged(changes), "booking", now=NOW)

    def test_is_refused_with_another_key_algorithm_or_header(self):
        other = Ed25519PrivateKey.generate()
        public = GATEWAY.public_pem()
        tokens = [
            forged(key=other),
            forged(headers={"kid": "lab"}),
            forged(headers={"crit": ["x"], "x": 1}),
            forged(headers={"jku": "http://evil"}),
            jwt.encode(GOOD, None, algorithm="none", headers={"kid": "gateway"}),
            jwt.encode(GOOD, public[27:60] + b"x" * 32, algorithm="HS256", headers={"kid": "gateway"}),
            forged()[:-4] + "AAAA",
            "a.b.c",
            "",
            "x" * 9000,
        ]
        for token in tokens:
            with pytest.raises(AssertionInvalid):
                KEYS.verify(token, "booking", now=NOW)

    def test_shows_nothing_of_the_person_or_the_key(self):
        assert "900101300123" not in repr(ACTOR)
        assert repr(GATEWAY) == "CallerKey(gateway)"


class TestCallerKeys:
    def test_are_read_from_files(self, tmp_path):
        (tmp_path / "gateway.pem").write_bytes(GATEWAY.public_pem())
        (tmp_path / "own").write_bytes(GATEWAY.private_pem())
        signed = CallerKey.load("gateway", tmp_path / "own").sign("booking", now=NOW)
        assert CallerKeys.load(tmp_path).verify(signed, "booking", now=NOW).caller == "gateway"

    def test_refuse_files_of_another_kind(self, tmp_path):
        (tmp_path / "gateway.pem").write_bytes(
            b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEA\n-----END PUBLIC KEY-----\n"
        )
        with pytest.raises(ValueError, match=r".+"):
            CallerKeys.load(tmp_path)
        (tmp_path / "gateway.pem").unlink()
        (tmp_path / "Bad Name.pem").write_bytes(GATEWAY.public_pem())
        with pytest.raises(ValueError, match="caller"):
            CallerKeys.load(tmp_path)
