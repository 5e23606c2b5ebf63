"""Routes that the gateway only hands on: a table says which service stands behind which path, and who may ask."""
