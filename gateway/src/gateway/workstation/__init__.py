"""Events for provider workstations: kept under a gapless counter per provider, streamed as server-sent events."""
