"""What a service's first migration calls to have persons."""

from typing import Any

from shared.db.grants import grant
from shared.personal.tables import person_keys


def create_person_keys(op: Any) -> None:
    """Make the table of persons.

    From the declared tables: whoever changes one writes its present form down here first, so that a revision that was
    run stays what it was, and lets the change come as a function of its own.
    """
    person_keys.create(op.get_bind())
    grant(op, person_keys.name)
