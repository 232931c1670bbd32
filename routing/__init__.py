"""Who visits what, in which order: vehicles, shifts, plans, routes, stops."""
