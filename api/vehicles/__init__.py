"""Vehicles, as the API has them."""
