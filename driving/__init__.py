"""The courier's shift: the route of today, stop events, completion."""
