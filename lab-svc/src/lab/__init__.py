"""Owner of the HIV test, anonymous and confidential.

It offers nothing yet, and says so by an empty catalogue.
"""
