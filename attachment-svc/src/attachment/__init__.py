"""Enrolment of a citizen at a primary-care organisation."""
