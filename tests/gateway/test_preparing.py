"""POST /tasks/{id}/prepare: who signed earlier is judged again, by what the gateway knows of revocations now."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from shared.pki.trust import Trust

STEP = {"outcome": "approved", "data": {}}


@pytest.fixture
async def token(region):
    return await region.staff_token()


@pytest.fixture
def signed_before(region):
    """A task whose earlier step somebody signed a minute ago."""
    task, holder = region.booking.new_id(), region.staff_holder(role="head")
    trust = Trust.load(region.settings.trust)
    path = [holder.certificate, *(each for each in _above(trust))]
    at = datetime.now(UTC) - timedelta(minutes=1)
    region.booking.lists[f"signatures of {task}"] = [
        {"sha256": "a" * 64, "received_at": at.isoformat(), "path": [base64.b64encode(one).decode() for one in path]}
    ]
    return task, holder, at


def _above(trust):
    return [each.der for each in (*trust.intermediates, *(anchor.certificate for anchor in trust.anchors))]


class TestPrepare:
    async def test_is_handed_on_as_it_came_where_nobody_signed_before(self, region, token):
        task = region.booking.new_id()
        answer = await region.ask("POST", f"/tasks/{task}/prepare", token=token, json=STEP)
        assert (answer.status_code, answer.json()) == (200, {"signable_id": task})
        assert [call["body"] for call in region.booking.calls if call.get("task") == task] == [STEP]

    async def test_tells_the_owner_that_an_earlier_signer_was_good(self, region, token, signed_before):
        task, _, _ = signed_before
        answer = await region.ask("POST", f"/tasks/{task}/prepare", token=token, json=STEP)
        assert answer.status_code == 200, answer.text
        assert region.booking.calls[-1]["body"] == {**STEP, "earlier": [{"sha256": "a" * 64, "good": True}]}

    @pytest.mark.parametrize(("seconds", "good"), [(-1, False), (1, True)])
    async def test_goes_by_the_date_of_a_revocation_learnt_since(self, region, token, signed_before, seconds, good):
        task, holder, at = signed_before
        region.ca.revoke(holder.certificate, at=at + timedelta(seconds=seconds), reason="key-compromise")
        await region.fetch_lists()
        await region.ask("POST", f"/tasks/{task}/prepare", token=token, json=STEP)
        assert region.booking.calls[-1]["body"]["earlier"] == [{"sha256": "a" * 64, "good": good}]

    async def test_lets_nobody_say_it_himself(self, region, token, problem):
        task = region.booking.new_id()
        said = {**STEP, "earlier": [{"sha256": "a" * 64, "good": True}]}
        problem(await region.ask("POST", f"/tasks/{task}/prepare", token=token, json=said), 422, "invalid-request")
