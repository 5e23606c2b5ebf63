"""What the provider does with a time that it gave: sees the day's appointments, notes who came, cancels one."""
