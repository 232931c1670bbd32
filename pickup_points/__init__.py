"""Points, lockers, opening hours, the counter, and the parcels that stay there."""
