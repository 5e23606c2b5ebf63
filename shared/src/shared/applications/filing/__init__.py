"""Accepting a signed application: one transaction, and the same answer to the same document for ever."""
