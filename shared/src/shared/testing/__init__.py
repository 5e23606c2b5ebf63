"""Fakes for our own ports, launchers for the real PostgreSQL and broker; shipped, so that all packages test alike."""

from shared.testing.clock import FixedClock

__all__ = ["FixedClock"]
