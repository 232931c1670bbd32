"""What a courier's device talks to: today's route, stop events, evidence, positions."""
