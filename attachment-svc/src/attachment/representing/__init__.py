"""Who may apply for another person: a parent for a child, a guardian for a ward."""
