"""One topic per service for its applications, one each for providers and enrolment, one per consumer for failures."""

from shared.events.event import Event
from shared.events.facts import (
    ApplicationEvent,
    EnrolmentEvent,
    ProviderChanged,
)

_VERSION = "v1"
OWNERS = ("attachment", "booking", "certificate", "lab")
PROVIDER_TOPIC = f"auth.provider.{_VERSION}"
ENROLMENT_TOPIC = f"attachment.enrolment.{_VERSION}"


def application_topic(service: str) -> str:
    """Name the topic of a service's applications."""
    return f"{service}.application.{_VERSION}"


def dead_letter_topic(service: str) -> str:
    """Name the topic for messages that a service could not handle."""
    return f"{service}.dead-letter.{_VERSION}"


_OTHER_FACTS = {"auth": (PROVIDER_TOPIC,), "attachment": (ENROLMENT_TOPIC,)}
APPLICATION_TOPICS = tuple(application_topic(service) for service in OWNERS)


def topics_of(service: str) -> tuple[str, ...]:
    """Name the topics that a service writes to, which `shlyuz migrate` makes."""
    applications = (application_topic(service),) if service in OWNERS else ()
    return (*applications, *_OTHER_FACTS.get(service, ()), dead_letter_topic(service))


def events_of(topic: str) -> tuple[type[Event], ...]:
    """Give the classes of the events on a topic of facts."""
    if topic == PROVIDER_TOPIC:
        return (ProviderChanged,)
    kind = EnrolmentEvent if topic == ENROLMENT_TOPIC else ApplicationEvent
    return tuple(sorted(kind.__subclasses__(), key=lambda found: found.type))
