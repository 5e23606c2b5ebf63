"""Slips: what an anonymous person shows to have the result, and the only way to it."""
