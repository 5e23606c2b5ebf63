"""Doctors' schedules and the slots that they make."""
