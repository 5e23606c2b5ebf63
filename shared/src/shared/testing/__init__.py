"""Fakes for our own ports, launchers for the real PostgreSQL and broker; shipped, so that all packages test alike."""

from shared.testing.clock import FixedClock
from shared.testing.databases import drift, fresh_database

__all__ = ["FixedClock", "drift", "fresh_database"]
