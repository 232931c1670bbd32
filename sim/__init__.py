"""The simulator: a client of the public API that imports no room."""
