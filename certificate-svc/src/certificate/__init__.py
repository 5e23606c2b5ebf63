"""Owner of six certificates and sheets, and the commission examination; it offers nothing yet, and says so by an empty catalogue."""
