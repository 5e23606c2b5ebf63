"""Staff of the providers and of the regions' operators: who may act, for whom, in which roles."""
