"""Process 1 and condition 1: who logs in, and process 2, the notice of refusal to authorise."""
