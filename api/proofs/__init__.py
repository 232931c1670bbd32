"""Evidence, for those who sent and planned the delivery."""
