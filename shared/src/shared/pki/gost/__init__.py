"""GOST as Kazakhstan's authority uses it: R 34.10-2015 signatures, Streebog and the older digest, without closed software.

Verification handles public data only, so constant time is no matter. Signing with these is for tests and the demo.
"""
