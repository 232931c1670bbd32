"""The counter: who works there, taking in, handing over, taking back, counting, and who comes."""
