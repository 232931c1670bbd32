"""A library: a problem in, a solution out. Knows no database and no HTTP."""
