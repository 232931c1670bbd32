"""The recipient's link: who makes it, and what it shows."""
