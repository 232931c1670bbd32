"""Points, lockers, opening hours, the counter. Nothing lives here yet."""
