"""Condition 2: is the document signed by whom it names, with a certificate in force; a failure is process 4."""
