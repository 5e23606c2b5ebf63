"""From the outbox to Kafka: at least once, and in order for each key.

1. A relay locks lanes (`FOR UPDATE SKIP LOCKED`): a lane's events are carried by one relay at a time.
2. It reads what waits in them, by number, in a statement of its own, whose snapshot is younger than the lock: what
   another relay has sent and committed is not seen again.
3. It sends each key's events one after another, keys side by side, each under a deadline; a failure ends the key's
   turn.
4. It marks what was acknowledged, and commits: only then are the lanes free.

There is no cursor: an event committed late with a low number is simply found waiting. The producer is neither
idempotent nor transactional: a send that was in doubt is repeated, and inboxes make that harmless. The broker of a
laptop forgets everything when it ends: when an end offset or an acknowledged one lies below the last recorded,
the topic's whole retention window is sent again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import groupby

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy import Row

from shared.db import Database
from shared.errors import ProblemError
from shared.events.clients import ended
from shared.events.envelope import Envelope
from shared.events.metrics import DELAY, RESENDS, SEND_FAILURES, SENT, WAITING
from shared.events.offsets import end_offsets
from shared.events.outbox import Outbox
from shared.events.waiting import Acknowledged, Waiting
from shared.log import get_logger, safe_message
from shared.settings import ServiceSettings

_LOG = get_logger(__name__)
_PAUSE_SECONDS = 0.5
_WATCH = timedelta(seconds=5)
_WATCH_BEFORE_SENDING = timedelta(seconds=1)
_SWEEP = timedelta(minutes=10)
_BATCH = 200
_SLOWEST = 3
"""Times the pause between looks, while nothing comes: an idle region should cost little."""


class BrokerForgot(Exception):
    """The broker has less than it once acknowledged: it is a new one, or lost its data."""

    def __init__(self, topic: str) -> None:
        super().__init__(topic)
        self.topic = topic


class Relay:
    """The job that carries one service's events; several replicas may run at once."""

    def __init__(
        self, service: str, database: Database, settings: ServiceSettings, *, outbox: Outbox | None = None
    ) -> None:
        if settings.kafka is None:
            raise RuntimeError("SHLYUZ_KAFKA is not set")
        self.name = "relay"
        self.ready = False
        self._service = service
        self._settings = settings
        self._bootstrap = settings.kafka
        self._waiting = Waiting(database)
        self._wanted = asyncio.Event()
        self._watched = 0.0
        self._listener = outbox.listen(self.wake) if outbox is not None else None

    def wake(self) -> None:
        """Look at the outbox now; called in this process after a commit with events."""
        self._wanted.set()

    async def run(self) -> None:
        """Carry events until cancelled; while the broker or the database is away, try again and again."""
        while True:
            try:
                await self._carry()
            except (KafkaError, OSError, TimeoutError, ProblemError) as error:
                SEND_FAILURES.labels(self._service).inc()
                _LOG.warning("relay waits", why=safe_message(error), error_type=type(error).__name__)
            except BrokerForgot as error:
                await self._send_again(error.topic)
            self.ready = False
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _carry(self) -> None:
        await self._watch()
        loop = asyncio.get_running_loop()
        async with self._producer() as producer:
            self.ready = True
            swept = loop.time()
            pause = self._settings.relay_poll
            while True:
                self._wanted.clear()
                if await self._turn(producer):
                    pause = self._settings.relay_poll
                else:
                    await self._rest(pause)
                    pause = min(pause * 2, self._settings.relay_poll * _SLOWEST)
                await self._watch_after(_WATCH)
                if loop.time() - swept > _SWEEP.total_seconds():
                    await self._waiting.sweep(self._settings.event_retention)
                    swept = loop.time()

    async def _rest(self, pause: timedelta) -> None:
        # Not `wait_for`: before Python 3.12 it can swallow a cancellation that meets the event.
        with suppress(TimeoutError):
            async with asyncio.timeout(pause.total_seconds()):
                await self._wanted.wait()

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        within = self._settings.kafka_send_timeout.total_seconds()
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            client_id=f"{self._service}-relay",
            acks="all",
            enable_idempotence=False,
            linger_ms=0,
            request_timeout_ms=round(within * 1000),
            retry_backoff_ms=100,
        )
        try:
            async with asyncio.timeout(within):
                await producer.start()
            yield producer
        finally:
            await ended(producer.stop())

    async def _turn(self, producer: AIOKafkaProducer) -> int:
        """Carry one batch, and tell how many events were acknowledged; raises what ended it, after marking them."""
        async with self._waiting.batch(_BATCH) as batch:
            WAITING.labels(self._service).set(len(batch.rows))
            if not batch.rows:
                return 0
            await self._watch_after(_WATCH_BEFORE_SENDING)
            chains = [list(chain) for _, chain in groupby(sorted(batch.rows, key=_order), key=lambda row: row.key)]
            results = await asyncio.gather(*(self._send_chain(producer, chain) for chain in chains))
            acknowledged = [sent for done, _ in results for sent in done]
            await batch.mark(acknowledged)
        for _, error in results:
            if error is not None:
                raise error
        if batch.backwards:
            await self._watch()
        return len(acknowledged)

    async def _send_chain(
        self, producer: AIOKafkaProducer, chain: Sequence[Row[*tuple[object, ...]]]
    ) -> tuple[list[Acknowledged], Exception | None]:
        """Send one key's events in order; the first failure ends the chain, so that none overtakes another."""
        done: list[Acknowledged] = []
        for row in chain:
            try:
                done.append(await self._send(producer, row))
            except (KafkaError, OSError, TimeoutError) as error:
                return done, error
        return done, None

    async def _send(self, producer: AIOKafkaProducer, row: Row[*tuple[object, ...]]) -> Acknowledged:
        envelope = Envelope(
            id=row.id, source=f"/{self._service}", type=row.type, subject=row.key, time=row.time, data=row.content,
            request_id=row.request_id,
        )  # fmt: skip
        async with asyncio.timeout(self._settings.kafka_send_timeout.total_seconds()):
            metadata = await producer.send_and_wait(
                row.topic, value=envelope.value(), key=row.key.encode(), headers=list(envelope.headers()),
                timestamp_ms=round(row.time.timestamp() * 1000),
            )  # fmt: skip
        SENT.labels(self._service, row.topic).inc()
        DELAY.labels(self._service).observe(max(0.0, row.age.total_seconds()))
        return Acknowledged(seq=row.seq, topic=row.topic, partition=metadata.partition, offset=metadata.offset)

    async def _watch_after(self, span: timedelta) -> None:
        if asyncio.get_running_loop().time() - self._watched > span.total_seconds():
            await self._watch()

    async def _watch(self) -> None:
        """Compare the broker's ends with what it acknowledged; raises `BrokerForgot`."""
        self._watched = asyncio.get_running_loop().time()
        recorded = await self._waiting.recorded()
        if not recorded:
            return
        within = self._settings.kafka_send_timeout.total_seconds()
        async with asyncio.timeout(within):
            ends = await end_offsets(self._bootstrap, list(recorded))
        for (topic, partition), offset in recorded.items():
            # The end is one past the last message; a partition that is not there any more has none.
            if ends.get((topic, partition), 0) <= offset:
                raise BrokerForgot(topic)

    async def _send_again(self, topic: str) -> None:
        try:
            count = await self._waiting.again(topic)
        except ProblemError as problem:
            _LOG.warning("relay waits", why=problem.code)
            return
        RESENDS.labels(topic).inc()
        _LOG.warning("the broker forgot a topic; its retention window is sent again", topic=topic, events=count)


def _order(row: Row[*tuple[object, ...]]) -> tuple[str, int]:
    return row.key, row.seq
