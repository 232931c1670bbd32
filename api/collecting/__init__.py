"""What a recipient does over the tracking link: send a delegate, say that they come, ask for more time."""
