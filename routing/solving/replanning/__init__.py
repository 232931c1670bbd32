"""Plans and rounds under way, changed as little as can be."""
