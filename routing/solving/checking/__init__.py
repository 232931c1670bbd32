"""The independent judge of a plan; shares no code with any search."""
