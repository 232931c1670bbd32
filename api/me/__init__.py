"""The caller over HTTP, seen by itself."""
