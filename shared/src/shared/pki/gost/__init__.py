"""GOST as Kazakhstan's authority uses it, without closed software: R 34.10-2015, Streebog and the older digest.

Verification handles public data only, so constant time is no matter. Signing with these is for tests and the demo.
"""
