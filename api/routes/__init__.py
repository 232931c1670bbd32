"""Routes, as the API has them."""
