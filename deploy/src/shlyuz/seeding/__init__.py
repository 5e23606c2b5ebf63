"""The demo: a made-up region's providers, doctors, staff and citizens. Every person and organisation is invented."""
