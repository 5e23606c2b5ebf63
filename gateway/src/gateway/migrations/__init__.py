"""Alembic revisions of the gateway's database, run by `shlyuz migrate`."""
