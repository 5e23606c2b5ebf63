"""What an event is: a typed fact in the past tense, without personal data; within a version it only gains fields."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Base of all events. A concrete class sets `type` (`kz.shlyuz.<thing>.<fact>.v1`) and says what orders it.

    Readers ignore fields that they do not know: a newer sender may add some.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    type: ClassVar[str] = ""

    @property
    def key(self) -> str:
        """Give the id of the thing it is about: messages of one key keep their order."""
        raise NotImplementedError


def event_types() -> dict[str, type[Event]]:
    """Give every concrete event class that is loaded, by type."""
    return {found.type: found for found in _subclasses(Event) if found.type}


def _subclasses(base: type[Event]) -> list[type[Event]]:
    return [found for direct in base.__subclasses__() for found in (direct, *_subclasses(direct))]
