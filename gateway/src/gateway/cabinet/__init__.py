"""The personal cabinet: one's applications, notices and who looked at one's data, gathered over all services."""
