"""Vehicles over HTTP: what moves the parcels, and how much it holds."""
