"""The revisions of auth-svc's database."""
