"""Revocation lists: fetched by the worker, kept in the database by hash, laid into each web process's index."""
