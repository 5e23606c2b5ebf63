"""Results through the door: annulled and issued anew at their owner, and the keys of all owners' QR codes."""

import pytest

CODE = "bkg-5vz3vfnrw15yq4t6fxg34qr22p"
KEY = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "abcdefgh", "x": "AA"}


@pytest.fixture
def owner(region):
    yield region.booking
    region.booking.lists.clear()
    region.booking.calls.clear()


class TestAnnulling:
    async def test_goes_to_the_owner_of_the_code_with_the_key(self, region, owner):
        token, body = await region.staff_token(), {"reason": "error-in-document"}
        headers = {"Idempotency-Key": "k"}
        answer = await region.ask("POST", f"/results/{CODE}/annulment", token=token, json=body, headers=headers)
        assert (answer.status_code, answer.json()) == (200, {"code": CODE})
        call = owner.calls[-1]
        assert (call["deed"], call["actor"].kind, call["headers"]["idempotency-key"]) == ("annulment", "staff", "k")
        assert (await region.ask("POST", f"/results/{CODE}/reissue", token=token)).status_code == 200
        assert owner.calls[-1]["deed"] == "reissue"

    async def test_is_for_staff(self, region, citizen, owner, problem):
        path = f"/results/{CODE}/annulment"
        problem(await region.ask("POST", path, json={"reason": "x"}), 401, "access-token-missing")
        problem(await citizen.ask("POST", path, json={}), 403, "staff-only")
        nobodys = await region.ask("POST", "/results/xxx-1/reissue", token=await region.staff_token())
        problem(nobodys, 404, "not-found")


class TestKeys:
    async def test_are_those_of_all_owners_for_anyone(self, region, owner):
        owner.lists["verify-keys"] = [KEY]
        answer = await region.ask("GET", "/verify-keys")
        assert answer.json() == {"keys": [KEY], "unavailable": []}
        assert answer.headers["cache-control"] == "public, max-age=3600"
