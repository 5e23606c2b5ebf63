"""Condition 1: registration and login; auth-svc decides, the gateway verifies the signatures that belong to them."""
