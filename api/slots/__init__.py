"""Slots over HTTP: the templates that make them, and which there are in a zone or at a point."""
