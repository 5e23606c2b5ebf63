"""Who else works at a provider: for supervisors, who give tasks to one or another."""
