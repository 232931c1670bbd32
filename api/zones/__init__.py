"""Zones over HTTP: the areas that a carrier serves, and the slots in them."""
