"""From Kafka to an effect, exactly once: inbox row and effect in one transaction, and only then the offset.

0. Messages that came together are handled in one transaction when all goes well; else one by one, as below.
1. A message whose id is in the inbox was handled: it is passed over.
2. A message whose key has a dead letter is parked behind it, so that the key's order holds.
3. The handler works in the transaction of the inbox row. Three tries; then the message is a dead letter: a row with
   the message, and an event on the dead-letter topic. The log and the row name the error's class, never its data.
4. Something that is away (`ServiceAway`, `DatabaseAway`, a connection) uses up no try: the partition pauses, and the
   message is read again.
5. The offset is committed after that. A crash between the two repeats the message, which 1 passes over.
6. An offset is committed in the assignment in which its message was read, and never in a later one: a broker that came
   back without its log would take it for one of the new log, and whoever starts there next would pass over the rest.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.clock import Clock
from shared.db import Database
from shared.errors import ProblemError
from shared.events.clients import ended
from shared.events.envelope import EnvelopeInvalid, Handlers
from shared.events.handling import DependencyAway, Handling
from shared.events.metrics import PAUSED
from shared.events.outbox import Outbox
from shared.log import get_logger, safe_message, set_request_id
from shared.settings import ServiceSettings

_LOG = get_logger(__name__)
_POLL_MS = 200
_BATCH = 200
_PAUSE_SECONDS = 1.0
_REDRIVE = timedelta(seconds=1)
_START_SECONDS = 10.0


class Consumer:
    """The job that handles topics as one group; several replicas share the partitions."""

    def __init__(
        self,
        *,
        name: str,
        topics: Sequence[str],
        handlers: Handlers,
        database: Database,
        settings: ServiceSettings,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        if settings.kafka is None:
            raise RuntimeError("SHLYUZ_KAFKA is not set")
        self.name = f"consumer:{name}"
        self._group = name
        self._topics = tuple(topics)
        self._settings = settings
        self._handling = Handling(consumer=name, handlers=handlers, database=database, outbox=outbox, clock=clock)
        self._resume: dict[TopicPartition, float] = {}
        self._assigned = _Assigned(self._resume)

    @property
    def ready(self) -> bool:
        """Tell whether the group has been joined; a member may have no partition when there are more members."""
        return self._assigned.present

    async def run(self) -> None:
        """Handle messages until cancelled; while the broker is away, try again and again."""
        redriver = asyncio.create_task(self._redrive(), name=f"redrive:{self._group}")
        try:
            while True:
                try:
                    await self._consume()
                except (KafkaError, OSError, TimeoutError) as error:
                    _LOG.warning("consumer waits", why=safe_message(error), error_type=type(error).__name__)
                self._assigned.end()
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            redriver.cancel()
            await asyncio.gather(redriver, return_exceptions=True)

    async def _consume(self) -> None:
        consumer = self._make()
        consumer.subscribe(self._topics, listener=self._assigned)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await consumer.start()
            while True:
                self._wake_paused(consumer)
                batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_BATCH)
                if batches:
                    await self._handle(consumer, batches, self._assigned.over)
        finally:
            await ended(consumer.stop())

    def _make(self) -> AIOKafkaConsumer:
        settings = self._settings

        def milliseconds(span: timedelta) -> int:
            return round(span.total_seconds() * 1000)

        return AIOKafkaConsumer(
            bootstrap_servers=settings.kafka,
            group_id=self._group,
            group_instance_id=settings.kafka_group_instance,
            client_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=milliseconds(settings.kafka_session_timeout),
            heartbeat_interval_ms=milliseconds(settings.kafka_heartbeat_interval),
            rebalance_timeout_ms=milliseconds(settings.kafka_rebalance_timeout),
            metadata_max_age_ms=10_000,  # a topic made later is found within this
            fetch_max_wait_ms=100,
        )

    async def _handle(
        self,
        consumer: AIOKafkaConsumer,
        batches: Mapping[TopicPartition, Sequence[ConsumerRecord]],
        over: asyncio.Event,
    ) -> None:
        """Handle what came together in one transaction; when that cannot be, partitions side by side.

        `over` is set when the assignment ends in which the messages were read.
        """
        records = [record for found in batches.values() for record in found]
        if len(records) > 1 and await self._handling.handle_together(records):
            done = {place: found[-1].offset + 1 for place, found in batches.items()}
        else:
            each = await asyncio.gather(*(self._partition(consumer, place, found) for place, found in batches.items()))
            done = {place: offset for place, offset in zip(batches, each, strict=True) if offset is not None}
        if done:
            await _commit(consumer, done, over)

    async def _partition(
        self, consumer: AIOKafkaConsumer, place: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> int | None:
        """Handle one partition's messages in order; the first that must wait stops the rest. Gives what to commit."""
        done: int | None = None
        for record in records:
            try:
                await self._one(record)
            except DependencyAway as error:
                self._pause(consumer, place, record.offset, str(error))
                break
            done = record.offset + 1
        return done

    async def _one(self, record: ConsumerRecord) -> None:
        try:
            await self._handling.handle(record)
        except EnvelopeInvalid:
            # Not ours, and nobody could ever handle it: it has no id to be remembered by.
            _LOG.exception("not an event", topic=record.topic, partition=record.partition, offset=record.offset)
        finally:
            set_request_id(None)

    def _pause(self, consumer: AIOKafkaConsumer, place: TopicPartition, offset: int, why: str) -> None:
        _LOG.warning("consumer pauses", topic=place.topic, partition=place.partition, why=why)
        try:
            consumer.seek(place, offset)
            consumer.pause(place)
        except IllegalStateError:  # the partition went to another member meanwhile, and with it the message
            return
        self._resume[place] = asyncio.get_running_loop().time() + _PAUSE_SECONDS
        PAUSED.labels(self._group).set(len(self._resume))

    def _wake_paused(self, consumer: AIOKafkaConsumer) -> None:
        present = asyncio.get_running_loop().time()
        for place in [place for place, at in self._resume.items() if at <= present]:
            del self._resume[place]
            if place in consumer.assignment():
                consumer.resume(place)
        PAUSED.labels(self._group).set(len(self._resume))

    async def _redrive(self) -> None:
        """Handle dead letters that a person released, and what was parked behind them."""
        while True:
            await asyncio.sleep(_REDRIVE.total_seconds())
            try:
                await self._handling.redrive()
            except (DependencyAway, ProblemError) as error:
                _LOG.warning("redrive waits", why=safe_message(error))
            except Exception:  # noqa: BLE001  # the next round tries again; consuming goes on
                _LOG.exception("redrive failed", consumer=self._group)


class _Assigned(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """What the group shared out to us, as long as it holds; a pause ends with it, and so does a commit under way."""

    def __init__(self, resume: dict[TopicPartition, float]) -> None:
        self._resume = resume
        self.over = asyncio.Event()
        self.end()

    @property
    def present(self) -> bool:
        """Whether there is an assignment; it may be of no partition when there are more members."""
        return not self.over.is_set()

    def end(self) -> None:
        """Note that the assignment holds no more."""
        self.over.set()

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """What was paused may go to another member; whoever has it next begins at the committed offset."""
        self.end()
        for place in revoked:
            self._resume.pop(place, None)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Take up work."""
        del assigned
        self.over = asyncio.Event()


async def _commit(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int], over: asyncio.Event) -> None:
    """Say how far we are, as long as the assignment holds in which that was read; one at a time.

    The client itself would repeat a commit until it is heard, in whatever assignment that is, and where the group does
    not know it any more, as nobody's.
    """
    if over.is_set():
        return
    commit, end = asyncio.ensure_future(consumer.commit(dict(offsets))), asyncio.ensure_future(over.wait())
    try:
        await asyncio.wait({commit, end}, return_when=asyncio.FIRST_COMPLETED)
        if commit.done():
            commit.result()
    except (CommitFailedError, IllegalStateError):
        # The group was shared out anew: another member handles these messages again, and its inbox passes them over.
        over.set()
        _LOG.info("offsets not committed", partitions=len(offsets))
    finally:
        commit.cancel()
        end.cancel()
