"""Signing in, staying signed in, signing out: how a caller proves who it is."""
