"""Statistics for a region: each owner counts in its own database, the gateway puts the counts side by side."""
