"""Condition 2: is this document signed by the person it names (akmola 8(7), zhambyl 11(6))?

Pure: bytes, trust configuration and an instant in, a verdict out. Fetching and storing is the gateway's.
docs/condition-2.md explains the numbered steps; `shared.pki.verifier` carries them out.
"""
