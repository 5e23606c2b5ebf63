"""OCSP: asked only where no usable list decides, within bounds, and kept as evidence."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.condition2.errors import SignatureNotJudged
from gateway.condition2.responders import open_responders
from gateway.condition2.service import Condition2
from gateway.condition2.signed import Signed
from gateway.revocation.sources import Sources
from shared.pki import evidence
from shared.pki.codes import Code
from shared.pki.expectation import Expectation
from shared.pki.revocation import RevocationIndex
from shared.pki.signing import sign
from shared.pki.trust import Anchor, Trust
from shared.pki.verifier import Verifier
from shared.testing import FixedClock
from shared.testing.authority import Authority
from shared.testing.authority_server import AuthorityServer
from shared.testing.identities import iin
from shared.testing.programs import free_port

DOCUMENT = b"what was signed"


class Bench:
    """An authority with a live responder, and condition 2 without a list."""

    def __init__(self, region, ca, server, trust, responders, clock):
        self.ca, self.server, self.trust, self.clock = ca, server, trust, clock
        self.index = RevocationIndex()
        self.sources = Sources(region.database)
        notices = region.processes["gateway"].app.state.platform.resources["notices"]
        self.condition2 = Condition2(Verifier(trust, self.index), responders, self.sources, notices)
        self.holder = ca.citizen(iin=iin(birth=date(1991, 6, 6)), at=clock.now())
        self.expect = Expectation.citizen()

    async def judge(self):
        self.signed = Signed(document=DOCUMENT, signature=sign(DOCUMENT, self.holder.key, at=self.clock.now()))
        return await self.condition2.judge(self.signed, expect=self.expect, at=self.clock.now())

    def take_list(self):
        for one in self.ca.index(at=self.clock.now()).sources():
            self.index.put(one)


@pytest.fixture
async def bench(region, tmp_path):
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    port = free_port()
    ca = Authority.create(at=clock.now(), base_url=f"http://127.0.0.1:{port}")
    async with (
        AuthorityServer(ca, port=port, clock=clock.now, slowness=timedelta(seconds=5)) as server,
        open_responders(within=timedelta(milliseconds=500)) as responders,
    ):
        yield Bench(region, ca, server, Trust.load(ca.trust_toml(tmp_path)), responders, clock)


class TestResponders:
    async def test_decide_where_there_is_no_list(self, bench):
        """The answer is signed by a responder to whom the authority delegated (RFC 6960, 4.2.2.2)."""
        verdict = await bench.judge()
        assert verdict.code is Code.VALID
        assert [one.kind for one in verdict.evidence.revocation] == ["answer"]

    async def test_are_not_asked_where_a_list_decides(self, bench):
        bench.take_list()
        assert (await bench.judge()).code is Code.VALID
        assert bench.server.requests == []

    async def test_are_asked_when_the_list_grew_too_old(self, bench):
        bench.take_list()
        bench.clock.advance(timedelta(hours=24, minutes=1))
        assert (await bench.judge()).code is Code.VALID
        assert bench.server.requests == ["/ocsp"]

    async def test_tell_of_a_revocation(self, bench):
        bench.ca.revoke(bench.holder.certificate, at=bench.clock.now() - timedelta(minutes=1))
        assert (await bench.judge()).code is Code.CERTIFICATE_REVOKED

    @pytest.mark.parametrize("behaviour", ["dead", "slow", "garbage", "lying"])
    async def test_decide_nothing_when_they_fail(self, bench, behaviour):
        bench.server.behave("/ocsp", behaviour)
        began = asyncio.get_running_loop().time()
        with pytest.raises(SignatureNotJudged):
            await bench.judge()
        assert asyncio.get_running_loop().time() - began < 20  # a slow responder takes 30 seconds
        bench.server.behave("/ocsp", "ok")
        assert (await bench.judge()).code is Code.VALID

    async def test_are_kept_as_evidence(self, bench):
        """Years later the answer is checked as a list is: against the root alone."""
        verdict = await bench.judge()
        (source,) = verdict.evidence.revocation
        held = await bench.sources.read(source.sha256)
        assert held is not None
        file = evidence.build(
            document=DOCUMENT, signature=bench.signed.signature, expect=bench.expect, verdict=verdict,
            revocation={source.sha256: held},
        )  # fmt: skip
        root = Trust(anchors=tuple(Anchor(certificate=one.certificate) for one in bench.trust.anchors))
        assert evidence.verify(file, root).agrees
        assert await bench.sources.read("0" * 64) is None
