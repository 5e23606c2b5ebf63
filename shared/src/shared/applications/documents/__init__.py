"""Supporting documents that a citizen uploads before he signs: kept sealed, and gone after a day if not named."""
