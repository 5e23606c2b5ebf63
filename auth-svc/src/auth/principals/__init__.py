"""Who a session is: the gateway asks, and keeps the answer for seconds."""
