"""Sessions and their refresh tokens: who is logged in, since when, with what assurance."""
