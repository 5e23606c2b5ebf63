"""What anyone needs to check a result: on-line by its code (handed on), off-line by the keys of its QR code."""
