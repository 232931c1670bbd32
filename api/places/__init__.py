"""The city on the map: addresses, extent, tiles."""
