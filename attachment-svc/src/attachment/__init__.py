"""Owner of enrolment of a citizen at a primary-care organisation; it offers nothing yet, and says so by an empty catalogue."""
