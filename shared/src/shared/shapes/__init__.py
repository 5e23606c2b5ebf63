"""Bodies that services answer and the gateway hands on unread: written once, for the answer and the public document."""
