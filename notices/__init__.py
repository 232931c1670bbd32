"""Who is told what, over which channel. Nothing lives here yet."""
