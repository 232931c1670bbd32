"""People, for their administrator."""
