"""The population register: who lives here, where each is enrolled, and what happened to them."""
