"""Positions, arrivals, and who may see them."""
