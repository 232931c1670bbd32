"""Pickup points over HTTP: where recipients collect, when that is open, and what can be sent there."""
