"""Owner of six certificates and sheets, and of the commission examination.

It offers nothing yet, and says so by an empty catalogue.
"""
