"""Appointments: the one place where a slot becomes somebody's."""
