"""The counter over HTTP: receiving, finding, handing over, counting, sending back."""
