"""Owner of the enrolment of citizens at primary-care organisations.

It offers nothing yet, and says so by an empty catalogue.
"""
