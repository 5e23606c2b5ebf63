"""What happened to accounts, sessions and roles, each with a number; the notices of process 2 among them."""
