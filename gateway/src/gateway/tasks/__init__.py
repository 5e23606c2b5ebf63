"""The tasks of a provider's staff, gathered over all services, and the completion of a step with its signature."""
