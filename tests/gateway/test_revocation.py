"""Revocation lists: fetched conditionally, kept by hash, the last good one whatever the source does."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from gateway.revocation.fetching import Fetcher, FetchFailed, Source, open_source
from gateway.revocation.loading import Loader
from shared.pki.expectation import Expectation
from shared.pki.revocation import RevocationIndex
from shared.pki.signing import sign
from shared.pki.trust import Trust
from shared.pki.verifier import Verifier
from shared.testing import FixedClock
from shared.testing.authority import Authority
from shared.testing.authority_server import AuthorityServer
from shared.testing.identities import iin
from shared.testing.programs import free_port

EVERY = timedelta(minutes=5)


@pytest.fixture
async def world(region, tmp_path):
    """An authority of its own, whose lists nobody fetched yet."""
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    port = free_port()
    ca = Authority.create(at=clock.now(), base_url=f"http://127.0.0.1:{port}")
    async with AuthorityServer(ca, port=port, clock=clock.now, slowness=timedelta(seconds=5)) as server:
        trust = Trust.load(ca.trust_toml(tmp_path))
        async with open_source(trust, within=timedelta(milliseconds=400)) as source:
            yield World(region.database, clock, ca, server, trust, source)


class World:
    def __init__(self, database, clock, ca, server, trust, source):
        self.database, self.clock, self.ca, self.server, self.trust = database, clock, ca, server, trust
        self.fetcher = Fetcher(database, clock, trust, source, every=EVERY)
        self.source = source
        self.index = RevocationIndex()
        self.loader = self.replica(self.index)
        self.holder = ca.citizen(iin=iin(birth=datetime(1990, 5, 5, tzinfo=UTC).date()), at=clock.now())

    def replica(self, index):
        """Another web process, which has only the database."""
        return Loader(self.database, self.clock, self.trust, index, poll=timedelta(milliseconds=50))

    def behave(self, behaviour, *names):
        for source in self.trust.lists:
            path = source.url.removeprefix(self.server.url)
            if not names or path in {f"/crl/{name}.crl" for name in names}:
                self.server.behave(path, behaviour)

    async def fetch(self, *, later=timedelta(0)):
        self.clock.advance(later)
        await self.fetcher.fetch_due()
        await self.loader.load()

    def verdict(self, index=None):
        signature = sign(b"x", self.holder.key, at=self.clock.now())
        verifier = Verifier(self.trust, index or self.index)
        return verifier.verify(b"x", signature, at=self.clock.now(), expect=Expectation.citizen()).value

    async def rows(self):
        urls = [source.url for source in self.trust.lists]
        statement = text(
            "SELECT url, sha256, failures, trouble, next_try_at FROM revocation_sources WHERE url = ANY(:u)"
        )
        async with self.database.transaction() as session:
            return (await session.execute(statement, {"u": urls})).all()


class TestFetcher:
    async def test_keeps_each_list_once_and_asks_again_only_in_time(self, world):
        await world.fetch()
        asked = len(world.server.requests)
        assert asked == len(world.trust.lists)
        assert world.verdict() == "valid"
        await world.fetch(later=EVERY - timedelta(seconds=1))
        assert len(world.server.requests) == asked
        await world.fetch(later=timedelta(seconds=2))
        assert len(world.server.requests) == 2 * asked
        hashes = [row.sha256 for row in await world.rows()]
        async with world.database.transaction() as session:
            kept = text("SELECT count(*) FROM revocation_lists WHERE sha256 = ANY(:h)")
            assert (await session.execute(kept, {"h": hashes})).scalar_one() == len(set(hashes))

    async def test_takes_an_unchanged_list_as_fetched_anew(self, world):
        await world.fetch()
        for _ in range(5):
            await world.fetch(later=timedelta(hours=5))
        assert world.verdict() == "valid"

    async def test_sees_a_certificate_that_was_revoked_meanwhile(self, world):
        await world.fetch()
        world.ca.revoke(world.holder.certificate, at=world.clock.now(), reason="key-compromise")
        await world.fetch(later=EVERY + timedelta(seconds=1))
        assert world.verdict() == "invalid"

    @pytest.mark.parametrize("behaviour", ["dead", "slow", "garbage", "lying"])
    async def test_keeps_the_last_good_list_when_the_source_is_no_use(self, world, behaviour):
        await world.fetch()
        held = {row.sha256 for row in await world.rows()}
        world.behave(behaviour)
        await world.fetch(later=EVERY + timedelta(seconds=1))
        rows = await world.rows()
        assert {row.sha256 for row in rows} == held
        assert all(row.failures == 1 and row.trouble for row in rows)
        assert world.verdict() == "valid"

    async def test_waits_for_no_source_longer_than_it_may_and_lets_no_other_wait(self, world):
        world.behave("slow", "root")
        began = asyncio.get_running_loop().time()
        await world.fetch()
        assert asyncio.get_running_loop().time() - began < 20  # a slow source takes 30 seconds
        held = {row.url.rpartition("/")[2]: row for row in await world.rows()}
        assert held["root.crl"].trouble == "ServerTimeoutError" or "Timeout" in held["root.crl"].trouble
        assert held["leaf.crl"].sha256
        assert held["leaf.crl"].trouble is None
        assert world.verdict() == "valid"

    async def test_asks_only_for_what_it_does_not_hold(self, world):
        await world.fetch()
        urls = [source.url for source in world.trust.lists]
        async with world.database.transaction() as session:
            rows = await session.execute(
                text("SELECT url, sha256, etag, last_modified FROM revocation_sources WHERE url = ANY(:u)"), {"u": urls}
            )
            known = rows.mappings().all()
        for row in known:
            assert (await world.source.fetch(row["url"], row)).data is None
            assert (await world.source.fetch(row["url"], {**row, "sha256": None})).data is not None

    async def test_takes_no_list_that_is_too_large(self, world):
        source = Source(world.source._http, most=100)
        with pytest.raises(FetchFailed, match="too large"):
            await source.fetch(world.trust.lists[0].url, {"etag": None, "last_modified": None, "sha256": None})

    async def test_learns_of_a_revocation_from_the_delta_alone(self, world):
        """RFC 5280, 5.2.4: the complete list stays as it is, the delta is laid over it."""
        await world.fetch()
        world.behave("dead", "leaf")
        world.ca.revoke(world.holder.certificate, at=world.clock.now(), reason="certificate-hold")
        await world.fetch(later=EVERY + timedelta(seconds=1))
        assert world.verdict() == "invalid"
        world.ca.release(world.holder.certificate)
        await world.fetch(later=EVERY + timedelta(seconds=1))
        assert world.verdict() == "valid"

    async def test_tries_ever_more_rarely_and_comes_back(self, world):
        world.behave("dead")
        pauses = []
        for _ in range(4):
            await world.fetch()
            pauses.append(max(row.next_try_at for row in await world.rows()) - world.clock.now())
            world.clock.advance(pauses[-1])
        assert pauses == sorted(pauses)
        assert world.verdict() == "unknown"
        assert not await world.fetcher.all_held()
        world.behave("ok")
        await world.fetch()
        assert world.verdict() == "valid"
        assert await world.fetcher.all_held()

    async def test_does_not_stand_in_another_workers_way(self, world):
        await asyncio.gather(world.fetcher.fetch_due(), world.fetcher.fetch_due())
        assert len(world.server.requests) == len(world.trust.lists)


class TestLoader:
    async def test_is_ready_once_lists_are_in_use(self, world):
        assert not world.loader.ready
        await world.fetch()
        assert world.loader.ready

    async def test_gives_every_replica_the_last_good_list_without_the_network(self, world):
        await world.fetch()
        await world.server.stop()
        index = RevocationIndex()
        await world.replica(index).load()
        assert world.verdict(index) == "valid"
        assert {one.sha256 for one in index.sources()} == {one.sha256 for one in world.index.sources()}

    async def test_reads_a_list_once_that_is_only_confirmed(self, world):
        await world.fetch()
        before = {one.source_key: one for one in world.index.sources()}
        await world.fetch(later=EVERY + timedelta(seconds=1))
        for one in world.index.sources():
            assert one.data is before[one.source_key].data
            assert one.fetched_at > before[one.source_key].fetched_at

    async def test_says_how_old_each_list_is(self, world):
        await world.fetch()
        world.behave("dead")
        await world.fetch(later=timedelta(hours=2))
        for source in world.trust.lists:
            age = REGISTRY.get_sample_value("shlyuz_revocation_list_age_seconds", {"url": source.url})
            assert age == timedelta(hours=2).total_seconds()

    async def test_lets_a_list_grow_too_old_rather_than_trust_it(self, world):
        await world.fetch()
        world.behave("dead")
        await world.fetch(later=timedelta(hours=24, minutes=1))
        assert world.verdict() == "unknown"
