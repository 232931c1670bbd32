"""Click and collect: what a shop prepares for somebody who comes for it."""
