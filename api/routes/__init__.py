"""Routes over HTTP, for dispatchers."""
