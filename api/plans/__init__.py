"""Plans, as the API has them."""
