"""Which regions an organisation operates: whose administrators may see what concerns all providers of a region."""
