"""Facts that services tell one another: written with the deed, carried to Kafka, handled exactly once in effect.

The relay and the consumer, which load the Kafka client, are imported from their own modules.
"""

from shared.events.envelope import Envelope, Handler, Handlers, Received
from shared.events.event import Event, event_types
from shared.events.facts import (
    ApplicationAttended,
    ApplicationCancelled,
    ApplicationEvent,
    ApplicationIssued,
    ApplicationMissed,
    ApplicationReady,
    ApplicationRefused,
    ApplicationRegistered,
    ApplicationRescheduled,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    EnrolmentEnded,
    EnrolmentEvent,
    EnrolmentOpened,
    ProviderChanged,
    ResultAnnulled,
    StepClaimed,
    StepCompleted,
    StepOpened,
    StepOverdue,
    StepReleased,
    VisitEnded,
)
from shared.events.outbox import Outbox
from shared.events.topics import (
    APPLICATION_TOPICS,
    ENROLMENT_TOPIC,
    PROVIDER_TOPIC,
    application_topic,
    dead_letter_topic,
    topics_of,
)

__all__ = [
    "APPLICATION_TOPICS",
    "ENROLMENT_TOPIC",
    "PROVIDER_TOPIC",
    "ApplicationAttended",
    "ApplicationCancelled",
    "ApplicationEvent",
    "ApplicationIssued",
    "ApplicationMissed",
    "ApplicationReady",
    "ApplicationRefused",
    "ApplicationRegistered",
    "ApplicationRescheduled",
    "ApplicationSubmitted",
    "ApplicationWithdrawn",
    "EnrolmentEnded",
    "EnrolmentEvent",
    "EnrolmentOpened",
    "Envelope",
    "Event",
    "Handler",
    "Handlers",
    "Outbox",
    "ProviderChanged",
    "Received",
    "ResultAnnulled",
    "StepClaimed",
    "StepCompleted",
    "StepOpened",
    "StepOverdue",
    "StepReleased",
    "VisitEnded",
    "application_topic",
    "dead_letter_topic",
    "event_types",
    "topics_of",
]
