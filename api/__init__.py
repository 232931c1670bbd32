"""Speaks HTTP, and the command line. The only package that imports Flask or marshmallow."""
