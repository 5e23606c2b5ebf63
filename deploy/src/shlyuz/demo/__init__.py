"""The walk as people make it: a citizen at the portal, staff at the workstation, over the public API alone."""
