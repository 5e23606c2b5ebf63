"""Providers of a region, known by their BIN, and who operates the region."""
