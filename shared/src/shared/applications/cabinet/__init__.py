"""The personal cabinet: what a person filed, what came of it, what was told him, and who looked at his data."""
