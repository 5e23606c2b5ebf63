"""Users, staff, providers, roles, sessions and registration certificates."""
