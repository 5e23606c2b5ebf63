"""Registering who comes to the window or calls: the direct and phone channels, whose clock starts at the arrival."""
