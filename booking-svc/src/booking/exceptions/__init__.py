"""Exceptions: times in which a doctor sees nobody; the appointments that they hit are moved or cancelled."""
