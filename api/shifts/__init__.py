"""Shifts, as the API has them."""
