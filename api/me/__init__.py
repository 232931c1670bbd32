"""Who am I."""
