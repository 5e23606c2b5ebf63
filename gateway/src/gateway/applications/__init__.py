"""POST /applications: the hot path, from the citizen's signature to the owner's one transaction."""
