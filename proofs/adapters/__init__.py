"""The outside world as proofs meets it: object stores."""
