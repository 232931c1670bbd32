"""Windows with capacity: options, holds, bookings. Nothing lives here yet."""
