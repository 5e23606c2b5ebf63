"""The database of attachment-svc."""
