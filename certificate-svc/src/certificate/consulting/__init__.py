"""Registers outside the suite that a regulation has a performer look into: asked, and the answer kept as evidence."""
