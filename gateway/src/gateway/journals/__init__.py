"""Journals: each owning service keeps its volume of one; the gateway shows the volumes side by side."""
