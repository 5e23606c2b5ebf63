"""The register taken over from a CSV file: in batches, and on from where it stopped."""
