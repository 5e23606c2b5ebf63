"""Schema of booking-svc's database, step by step."""
