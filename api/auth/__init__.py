"""Tokens: how a caller proves who it is."""
