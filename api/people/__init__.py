"""People, organisations and keys, for their administrator."""
