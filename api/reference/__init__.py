"""The reference: the spec and the page that reads it."""
