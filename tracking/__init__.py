"""Positions, arrivals, recipients' links, and who may see what."""
