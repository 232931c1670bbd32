"""Shifts over HTTP: who drives what, and when."""
