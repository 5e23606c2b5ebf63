"""POST /tasks/{id}/complete: the performer's signature, with the provider's BIN and a role that the step allows."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest

from shared.pki.signing import sign
from shared.testing.identities import bin_

PERFORMERS = ["1.2.398.3.3.4.1.2.1", "1.2.398.3.3.4.1.2.2", "1.2.398.3.3.4.1.2.5"]
MANAGEMENT = PERFORMERS[:2]


def prepared(region, document, *, roles=PERFORMERS, organisation=None):
    task, signable = (region.booking.new_id() for _ in range(2))
    region.booking.signables[signable] = {
        "signable_id": signable, "kind": "pdf", "document": base64.b64encode(document).decode(), "task_id": task,
        "sha256": hashlib.sha256(document).hexdigest(), "bin": organisation or region.provider_bin, "roles": roles,
        "expires_at": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    return task, signable


def signed(document, key):
    return base64.b64encode(sign(document, key, at=datetime.now(UTC))).decode()


@pytest.fixture
async def token(region):
    return await region.staff_token()


class TestComplete:
    async def test_forwards_verdict_and_hash(self, region, token):
        document = b"%PDF byte range " * 20_000
        task, signable = prepared(region, document)
        body = {"signable_id": signable, "signature": signed(document, region.staff_holder().key)}
        answer = await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body)
        assert answer.status_code == 200, answer.text
        told = region.booking.calls[-1]["body"]
        assert told["sha256"] == hashlib.sha256(document).hexdigest()
        assert told["evidence"]["verdict"]["signer"]["bin"] == region.provider_bin
        assert region.booking.calls[-1]["actor"].roles == {"responsible_employee"}

    async def test_completes_at_once_where_no_signature_is_needed(self, region, token):
        task = region.booking.new_id()
        body = {"outcome": "done", "data": {"x": 1}}
        assert (await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body)).status_code == 200
        assert region.booking.calls[-1]["body"] == body

    async def test_refuses_a_role_that_the_step_does_not_allow(self, region, token, problem):
        document = b"management signs"
        task, signable = prepared(region, document, roles=MANAGEMENT)
        body = {"signable_id": signable, "signature": signed(document, region.staff_holder().key)}
        told = problem(await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body), 422, "role-refused")
        assert (told["process"], told["condition"]) == (4, 2)
        (notice,) = [
            one
            for one in (await region.ask("GET", "/notices", token=token)).json()["items"]
            if one["number"] == told["notice"]
        ]
        assert notice["task_id"] == task
        body = {"signable_id": signable, "signature": signed(document, region.staff_holder(role="head").key)}
        assert (await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body)).status_code == 200

    async def test_refuses_another_organisations_certificate(self, region, token, problem):
        document = b"another organisation"
        task, signable = prepared(region, document)
        stranger = region.staff_holder(organisation=bin_(number=77))
        body = {"signable_id": signable, "signature": signed(document, stranger.key)}
        problem(await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body), 422, "bin-mismatch")

    async def test_refuses_a_colleagues_signature_and_a_citizens(self, region, token, citizen, problem):
        document = b"someone else"
        task, signable = prepared(region, document)
        for key, code in ((region.staff_holder(number=citizen.iin).key, "iin-mismatch"),
                          (citizen.holder.key, "iin-mismatch")):  # fmt: skip
            body = {"signable_id": signable, "signature": signed(document, key)}
            problem(await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body), 422, code)

    async def test_refuses_a_signature_over_another_content(self, region, token, problem):
        task, signable = prepared(region, b"one")
        body = {"signable_id": signable, "signature": signed(b"two", region.staff_holder().key)}
        problem(await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body), 422, "digest-mismatch")

    async def test_knows_no_signable_of_another_task_or_owner(self, region, token, problem):
        document = b"x"
        _, signable = prepared(region, document)
        task = region.booking.new_id()
        body = {"signable_id": signable, "signature": signed(document, region.staff_holder().key)}
        problem(await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body), 404, "not-found")
        elsewhere = "lab" + task[3:]
        problem(await region.ask("POST", f"/tasks/{elsewhere}/complete", token=token, json=body), 404, "not-found")

    async def test_refuses_what_is_neither_signed_nor_an_outcome(self, region, token, problem):
        task = region.booking.new_id()
        for body in ({}, {"signable_id": "x"}, {"outcome": "done", "signature": "AA=="}):
            problem(await region.ask("POST", f"/tasks/{task}/complete", token=token, json=body), 422, "invalid-request")

    async def test_is_for_staff_alone(self, region, citizen, problem):
        task, signable = prepared(region, b"x")
        body = {"signable_id": signable, "signature": "AA=="}
        problem(await citizen.ask("POST", f"/tasks/{task}/complete", json=body), 403, "staff-only")
