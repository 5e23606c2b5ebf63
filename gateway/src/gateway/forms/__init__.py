"""Form tokens: proof that a signed form was given out by this gateway, for this purpose, a day ago at most."""
