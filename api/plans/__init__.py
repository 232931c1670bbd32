"""Plans over HTTP: asked for, watched, cancelled, published."""
