"""Revocation lists: fetched by the worker, kept in the database by hash, laid into the verifier's index by each web process."""
