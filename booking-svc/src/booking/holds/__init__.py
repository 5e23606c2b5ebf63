"""Holds: a free slot that a citizen keeps for himself while he fills the form in and signs."""
