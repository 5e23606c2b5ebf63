"""The catalogue of all services of all owners, and which owner stands behind which service."""
