"""Who is calling: the access token verified here, the principal behind it asked of auth-svc (condition 1)."""
