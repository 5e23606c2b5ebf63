"""A signed change of an application: condition 2 again, then the owner's one transaction."""
