"""Requests for enrolment: what an application for attachment takes, and what carrying it out does to the register."""
