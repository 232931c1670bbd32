"""Why a stop is left out, by how much it fails, and what would help."""
