"""Where Alembic finds the environment that all services share."""
