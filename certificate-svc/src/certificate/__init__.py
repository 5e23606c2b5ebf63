"""Certificates and sheets of primary care and dispensaries."""
