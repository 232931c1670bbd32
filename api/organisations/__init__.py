"""Organisations: the merchants that a carrier serves."""
