"""Refuses problems that contradict themselves."""
