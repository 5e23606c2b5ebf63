"""What can be seen of the events from outside."""

from prometheus_client import Counter, Gauge, Histogram

SENT = Counter("shlyuz_events_sent_total", "Events that the broker acknowledged.", ("service", "topic"))
SEND_FAILURES = Counter("shlyuz_event_send_failures_total", "Sends that failed or took too long.", ("service",))
RESENDS = Counter("shlyuz_event_resends_total", "Times that a topic was sent again, as its broker lost it.", ("topic",))
WAITING = Gauge("shlyuz_outbox_waiting", "Events that wait to be sent.", ("service",))
DELAY = Histogram(
    "shlyuz_event_delay_seconds",
    "Time from the deed to the broker's acknowledgement.",
    ("service",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300),
)
HANDLED = Counter("shlyuz_events_handled_total", "Messages by what became of them.", ("consumer", "topic", "outcome"))
DEAD = Gauge("shlyuz_dead_letters", "Messages that wait for a person: dead or parked behind a dead one.", ("consumer",))
PAUSED = Gauge("shlyuz_consumer_paused", "Partitions that wait because something needed is away.", ("consumer",))
