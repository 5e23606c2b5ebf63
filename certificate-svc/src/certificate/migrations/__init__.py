"""The database of certificate-svc."""
