"""Lockers over HTTP: their compartments, and the devices that open them."""
