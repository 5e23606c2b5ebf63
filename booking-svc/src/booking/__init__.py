"""Schedules, slots and appointments with doctors."""
