"""The doctors of a provider: who can be booked."""
