"""What a person signs to log in with his certificate: one use, five minutes."""
