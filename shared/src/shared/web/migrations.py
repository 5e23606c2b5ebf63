"""What a service's first migration calls to remember answers."""

from typing import Any

from shared.db.grants import grant
from shared.web.tables import answers


def create_idempotency(op: Any) -> None:
    """Make the table of answers.

    From the declared tables: whoever changes one writes its present form down here first, so that a revision that was
    run stays what it was, and lets the change come as a function of its own.
    """
    answers.create(op.get_bind())
    grant(op, answers.name)
