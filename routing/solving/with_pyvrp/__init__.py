"""PyVRP, for the problems that it can state whole."""
