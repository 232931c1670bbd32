"""Delivery options over HTTP: everything that can be chosen for a basket and an address."""
