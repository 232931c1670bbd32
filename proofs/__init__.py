"""Evidence that a parcel changed hands: capture, check, keep."""
