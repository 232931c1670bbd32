"""The outside world as the kernel meets it: Redis."""
