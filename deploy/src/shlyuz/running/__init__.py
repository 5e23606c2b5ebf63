"""A whole region on one machine: PostgreSQL, broker, demo authority and the twelve processes of the suite."""
