"""Failed logins, counted for each account and each address, and the pause that grows with them."""
