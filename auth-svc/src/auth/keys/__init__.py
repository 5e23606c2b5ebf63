"""The keys that sign access tokens: kept sealed, changed in time, published as a JWKS (RFC 7517)."""
