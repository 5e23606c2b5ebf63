"""Passwords: which are good enough, and how they are hashed without stopping the event loop."""
