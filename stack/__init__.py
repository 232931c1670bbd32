"""One machine's private servers: PostgreSQL, Redis, osrm-routed and the processes of the day."""
