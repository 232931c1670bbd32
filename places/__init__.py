"""Addresses, the city import, streets (travel times) and the street picture."""
