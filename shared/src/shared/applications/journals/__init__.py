"""The journals that the decrees prescribe: rows that never change, numbered without gaps."""
