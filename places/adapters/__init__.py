"""The outside world as places meets it: OSRM."""
