"""What a service's first migration calls to have events."""

from typing import Any

from sqlalchemy import insert

from shared.db.grants import grant
from shared.events.tables import EVENT_TABLES, LANES, outbox_lanes


def create_event_tables(op: Any) -> None:
    """Make outbox, inbox and dead letters.

    From the declared tables: whoever changes one writes its present form down here first, so that a revision that was
    run stays what it was, and lets the change come as a function of its own.
    """
    for table in EVENT_TABLES:
        table.create(op.get_bind())
    op.execute(insert(outbox_lanes).values([{"lane": lane} for lane in range(LANES)]))
    grant(op, *(table.name for table in EVENT_TABLES))
