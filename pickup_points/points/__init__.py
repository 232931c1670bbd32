"""The points themselves: where they are, when open, what is told of them, how they are found and sent to."""
