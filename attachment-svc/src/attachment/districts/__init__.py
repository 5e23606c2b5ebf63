"""The districts of providers: which houses of which streets belong to whom."""
