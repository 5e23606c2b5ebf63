"""Citizens who registered: with IIN and password (zhambyl), or with a signed proof besides (akmola)."""
