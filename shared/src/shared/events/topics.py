"""One topic per service for its applications, one for providers, and one per consumer for what could not be handled."""

from shared.events.event import Event
from shared.events.facts import (
    ApplicationEvent,
    ProviderChanged,
)

_VERSION = "v1"
OWNERS = ("attachment", "booking", "certificate", "lab")
PROVIDER_TOPIC = f"auth.provider.{_VERSION}"


def application_topic(service: str) -> str:
    """Name the topic of a service's applications."""
    return f"{service}.application.{_VERSION}"


def dead_letter_topic(service: str) -> str:
    """Name the topic for messages that a service could not handle."""
    return f"{service}.dead-letter.{_VERSION}"


APPLICATION_TOPICS = tuple(application_topic(service) for service in OWNERS)


def topics_of(service: str) -> tuple[str, ...]:
    """Name the topics that a service writes to, which `shlyuz migrate` makes."""
    own = (application_topic(service),) if service in OWNERS else (PROVIDER_TOPIC,) if service == "auth" else ()
    return (*own, dead_letter_topic(service))


def events_of(topic: str) -> tuple[type[Event], ...]:
    """Give the classes of the events on a topic of facts."""
    if topic == PROVIDER_TOPIC:
        return (ProviderChanged,)
    return tuple(sorted(ApplicationEvent.__subclasses__(), key=lambda found: found.type))
