"""How often one address and one account may ask: counted in memory, per replica."""
