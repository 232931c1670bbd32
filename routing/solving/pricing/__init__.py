"""What one stop more would cost a day, in milliseconds."""
