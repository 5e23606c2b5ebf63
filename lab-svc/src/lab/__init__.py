"""The HIV test: anonymous and confidential."""
