"""A made-up service, whole and tiny: the platform's tests run it, and it shows how the parts are put together."""
