"""The database of lab-svc."""
