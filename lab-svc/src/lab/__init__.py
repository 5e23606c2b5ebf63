"""Owner of the HIV test, anonymous and confidential; it offers nothing yet, and says so by an empty catalogue."""
