"""What the gateway alone knows lies in its own tables: notices of process 4, revocation lists, workstation events."""

from shared.db import new_metadata

metadata = new_metadata()
