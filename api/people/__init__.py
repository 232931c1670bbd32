"""People over HTTP: who may sign in, and as what."""
