"""Holds over HTTP: places in slots, kept, confirmed and given back."""
