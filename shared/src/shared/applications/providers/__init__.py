"""The local copy of providers, kept from `auth.provider.v1`: no request asks another service for them."""
