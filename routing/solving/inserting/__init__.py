"""Puts stops into routes one by one, and knows what cannot be."""
