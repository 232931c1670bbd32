"""Which searches run, side by side and in parts, and how their routes are put together."""
