"""Windows with capacity: zones have them to be served in, points to be collected at; holds and bookings take places."""
