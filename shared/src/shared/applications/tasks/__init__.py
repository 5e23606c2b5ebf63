"""The steps of the regulation as tasks of the provider's staff: list, claim, prepare, complete."""
