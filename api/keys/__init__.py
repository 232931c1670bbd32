"""API keys over HTTP: made, listed, taken back."""
