"""Temporary disability: sheets and certificates in a chain, by diagnosis and period."""
