"""Counts for the region's operator: how many applications, how punctual the steps, why requests are refused."""
