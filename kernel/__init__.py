"""The few words that all rooms use: database, errors, facts, geo, clock. A closed list."""
